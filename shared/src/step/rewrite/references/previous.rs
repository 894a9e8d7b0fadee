//! `--to previous`: what was last deployed, as the state has it.

use crate::config::Image;
use crate::manifest::Target;
use crate::state::{Deployed, State};
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// Which deploys count; a part that is not given: all.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// The uid of the cluster's namespace `kube-system`.
    pub cluster: Option<String>,
    pub namespace: Option<String>,
    pub deployment: Option<String>,
}

impl Place {
    fn takes(&self, deployed: &Deployed) -> bool {
        let takes = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|w| w == is);
        takes(&self.cluster, &deployed.cluster)
            && takes(&self.namespace, &deployed.namespace)
            && takes(&self.deployment, &deployed.deployment)
    }
}

/// The deploys that count.
pub(super) struct Previous<'s>(Vec<&'s Deployed>);

impl<'s> Previous<'s> {
    pub fn of(state: &'s State, place: &Place) -> Result<Self, Failure> {
        let found: Vec<&Deployed> = state.deployed.iter().filter(|d| place.takes(d)).collect();
        if !found.is_empty() {
            return Ok(Self(found));
        }
        let failure = match state.deployed.as_slice() {
            [] => Failure::new(Exit::Data, "the state has no deploy to go back to")
                .hint("`ds deploy` puts down what it applied; `--set NAME=REF` names a reference"),
            others => {
                let places: Vec<String> = others.iter().map(show).collect();
                Failure::new(Exit::Data, "the state has no deploy to this place")
                    .hint(format!("it has: {}", places.join("; ")))
            }
        };
        Err(failure)
    }

    /// The one reference that the image was deployed as.
    pub fn target(&self, image: &Image) -> Result<Target, Failure> {
        let deploys = self.0.iter().filter_map(|d| Some((*d, d.images.get(&image.name)?)));
        let mut first = None;
        for (deployed, reference) in deploys {
            match first {
                None => first = Some((deployed, reference)),
                Some((_, same)) if same == reference => {}
                Some((other, another)) => {
                    let text = format!(
                        "image `{}` was last deployed as `{another}` ({}) and as `{reference}` ({})",
                        image.name,
                        show(other),
                        show(deployed)
                    );
                    return Err(Failure::new(Exit::Data, text)
                        .hint("`--namespace`, `--deployment` or `--cluster` say which is meant"));
                }
            }
        }
        Ok(match first {
            Some((_, reference)) => Target::Reference(reference.clone()),
            None => Target::Untagged { image: image.name.clone() },
        })
    }
}

fn show(deployed: &Deployed) -> String {
    let Deployed { cluster, namespace, deployment, .. } = deployed;
    format!("deployment `{deployment}` in namespace `{namespace}` of cluster `{cluster}`")
}
