//! A deployment's text as the objects that a cluster gets.

use crate::cluster::Object;
use crate::manifest::object::documents;
use crate::util::place::Place;

/// A text that is no stream of objects.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Text(#[from] crate::manifest::Errors),
    #[error("{place}: {what}")]
    Object { place: Place, what: String },
}

/// All objects, in the order of the text; `file` names it in errors.
pub fn objects(text: &[u8], file: &str) -> Result<Vec<Object>, Error> {
    let mut objects = Vec::new();
    for document in documents(text, file)? {
        let place = document.place;
        let found = Object::of(document.value).map_err(|what| Error::Object { place, what })?;
        objects.extend(found);
    }
    Ok(objects)
}

/// Objects as a stream, each with a namespace where it named none: what another program
/// reads has to know where they go. An account of a Helm release gets the marks by which
/// helm adopts what somebody else has made before it.
pub fn stream(objects: &[Object], namespace: &str, release: Option<&str>) -> Vec<u8> {
    let mut text = Vec::new();
    for object in objects {
        let mut body = object.body.clone();
        if object.namespace.is_none() {
            body["metadata"]["namespace"] = namespace.into();
        }
        if let Some(release) = release.filter(|_| object.kind == "ServiceAccount") {
            let metadata = &mut body["metadata"];
            metadata["labels"]["app.kubernetes.io/managed-by"] = "Helm".into();
            metadata["annotations"]["meta.helm.sh/release-name"] = release.into();
            metadata["annotations"]["meta.helm.sh/release-namespace"] = namespace.into();
        }
        text.extend_from_slice(format!("---\n{body}\n").as_bytes());
    }
    text
}
