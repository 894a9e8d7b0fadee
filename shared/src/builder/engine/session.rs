//! The session beside a BuildKit build: in it the engine asks us, not we the engine.
//!
//! A connection is upgraded to HTTP/2, on which our side is the gRPC server of three
//! services: the files, credentials of the job's registries and no others, and a sign
//! of life. Everything here ends with the [`Line`] that it was opened on.

use std::convert::Infallible;
use std::sync::Arc;

use bollard::health::health_check_response::ServingStatus;
use bollard::health::health_server::{Health, HealthServer};
use bollard::health::{
    HealthCheckRequest, HealthCheckResponse, HealthListRequest, HealthListResponse,
};
use bollard::moby::filesync::v1 as proto;
use bollard::moby::filesync::v1::auth_server::{Auth, AuthServer};
use futures_util::stream::BoxStream;
use hyper::body::Incoming;
use hyper::rt::Executor;
use hyper::service::service_fn;
use hyper::{Method, Request, StatusCode};
use tonic::body::Body;
use tonic::codegen::Service;
use tonic::{Response, Status};

use super::connect::Line;
use super::filesync::{DiffCopy, Offer};
use super::{Credential, Engine, Error, Job, request};
use crate::registry::host_of;

/// What the engine may ask; it takes the names in any case.
const METHODS: [&str; 3] = [
    "/moby.filesync.v1.FileSync/DiffCopy",
    "/moby.filesync.v1.Auth/Credentials",
    "/grpc.health.v1.Health/Check",
];
/// Go's own limit; a request names every path that COPY names.
const HEADERS_MAX: u32 = 1 << 20;

/// An open session.
pub struct Session {
    /// No other session of the engine has it.
    pub id: String,
    pub offer: Arc<Offer>,
}

impl Session {
    /// Opens a session on `line`, which also ends it.
    pub async fn open(
        engine: &Engine,
        line: &Line,
        job: &Job,
        credentials: &[(String, Credential)],
    ) -> Result<Self, Error> {
        let (id, offer) = (new_id(), Arc::new(Offer::new(job)));
        let key = offer.shared_key();
        let mut headers = vec![
            ("Connection", "Upgrade"),
            ("Upgrade", "h2c"),
            ("X-Docker-Expose-Session-Uuid", &id),
            ("X-Docker-Expose-Session-Sharedkey", key),
        ];
        headers.extend(METHODS.map(|method| ("X-Docker-Expose-Session-Grpc-Method", method)));
        let request = request(Method::POST, "/session", &headers)?;
        let answer = line.request(request).await.map_err(|fault| engine.absent(&fault))?;
        if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
            let status = answer.status();
            return Err(engine.strange(&format!("status {status} to the opening of a session")));
        }
        let broke =
            |error: hyper::Error| engine.unreachable(&format!("the session broke: {error}"));
        let stream = hyper::upgrade::on(answer).await.map_err(broke)?;
        let services = Services::new(job, credentials, &offer);
        let served = hyper::server::conn::http2::Builder::new(line.tasks())
            .max_header_list_size(HEADERS_MAX)
            .serve_connection(
                stream,
                service_fn(move |request| {
                    let services = services.clone();
                    async move { Ok::<_, Infallible>(services.answer(request).await) }
                }),
            );
        // When it breaks, the engine ends the build and says why.
        line.tasks().execute(served);
        Ok(Self { id, offer })
    }
}

/// A name that no other session of this engine has.
fn new_id() -> String {
    use std::hash::{BuildHasher, RandomState};
    let part = || RandomState::new().hash_one(std::process::id());
    format!("ds{:016x}{:016x}", part(), part())
}

#[derive(Clone)]
struct Services {
    auth: AuthServer<Keys>,
    health: HealthServer<Alive>,
    offer: Arc<Offer>,
}

impl Services {
    fn new(job: &Job, credentials: &[(String, Credential)], offer: &Arc<Offer>) -> Self {
        let wanted = credentials.iter().filter(|(registry, _)| job.registries.contains(registry));
        let auth = AuthServer::new(Keys(wanted.cloned().collect()));
        Self { auth, health: HealthServer::new(Alive), offer: Arc::clone(offer) }
    }

    async fn answer(mut self, request: Request<Incoming>) -> hyper::Response<Body> {
        let path = request.uri().path();
        let answer = if path.starts_with("/moby.filesync.v1.Auth/") {
            self.auth.call(request).await
        } else if path.starts_with("/grpc.health.v1.Health/") {
            self.health.call(request).await
        } else if path == METHODS[0] {
            let codec = tonic_prost::ProstCodec::default();
            let copy = DiffCopy(self.offer);
            Ok(tonic::server::Grpc::new(codec).streaming(copy, request).await)
        } else {
            Ok(Status::unimplemented("not offered").into_http())
        };
        answer.unwrap_or_else(|never| match never {})
    }
}

/// Credentials by registry.
struct Keys(Vec<(String, Credential)>);

#[tonic::async_trait]
impl Auth for Keys {
    /// Empty ones for a registry that has none: it is asked without.
    async fn credentials(
        &self,
        request: tonic::Request<proto::CredentialsRequest>,
    ) -> Result<Response<proto::CredentialsResponse>, Status> {
        let host = host_of(&request.get_ref().host);
        let found = self.0.iter().find(|(registry, _)| registry == host);
        let (username, secret) = match found.map(|(_, credential)| credential) {
            Some(Credential::Password { username, password }) => {
                (username.clone(), password.expose().to_owned())
            }
            Some(Credential::IdentityToken(token)) => (String::new(), token.expose().to_owned()),
            // There is no way to hand one over.
            Some(Credential::RegistryToken(_)) | None => Default::default(),
        };
        Ok(Response::new(proto::CredentialsResponse { username, secret }))
    }

    // Without a token authority the engine takes the credentials to the registry itself.

    async fn fetch_token(
        &self,
        _: tonic::Request<proto::FetchTokenRequest>,
    ) -> Result<Response<proto::FetchTokenResponse>, Status> {
        Err(Status::unimplemented("tokens are fetched by the engine"))
    }

    async fn get_token_authority(
        &self,
        _: tonic::Request<proto::GetTokenAuthorityRequest>,
    ) -> Result<Response<proto::GetTokenAuthorityResponse>, Status> {
        Err(Status::unavailable("tokens are fetched by the engine"))
    }

    async fn verify_token_authority(
        &self,
        _: tonic::Request<proto::VerifyTokenAuthorityRequest>,
    ) -> Result<Response<proto::VerifyTokenAuthorityResponse>, Status> {
        Err(Status::unavailable("tokens are fetched by the engine"))
    }
}

/// Says that we are there, every few seconds; without it the engine ends the session.
struct Alive;

#[tonic::async_trait]
impl Health for Alive {
    type WatchStream = BoxStream<'static, Result<HealthCheckResponse, Status>>;

    async fn check(
        &self,
        _: tonic::Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        Ok(Response::new(HealthCheckResponse { status: ServingStatus::Serving.into() }))
    }

    async fn list(
        &self,
        _: tonic::Request<HealthListRequest>,
    ) -> Result<Response<HealthListResponse>, Status> {
        Err(Status::unimplemented("not offered"))
    }

    async fn watch(
        &self,
        _: tonic::Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        Err(Status::unimplemented("not offered"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::util::secret::Secret;

    #[test]
    fn credentials_by_the_host_that_the_engine_asks() {
        let password = |name: &str| Credential::Password {
            username: name.to_owned(),
            password: Secret::new("p"),
        };
        let keys = Keys(vec![
            ("docker.io".to_owned(), password("hub")),
            ("r.x:5000".to_owned(), password("r")),
            ("t.x".to_owned(), Credential::IdentityToken(Secret::new("token"))),
        ]);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for (host, username, secret) in [
            ("registry-1.docker.io", "hub", "p"),
            ("r.x:5000", "r", "p"),
            ("t.x", "", "token"),
            ("r.x", "", ""),
            ("", "", ""),
        ] {
            let request = proto::CredentialsRequest { host: host.to_owned() };
            let answer = runtime.block_on(keys.credentials(tonic::Request::new(request)));
            let answer = answer.unwrap().into_inner();
            assert_eq!((&*answer.username, &*answer.secret), (username, secret), "{host}");
        }
    }
}
