//! TLS to an engine with the files that docker keeps for it.
//!
//! Without a CA file the system's roots are trusted. An engine's certificate goes
//! unchecked only where its docker context says so.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::endpoint;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("`{path}` is no usable {what} in PEM form")]
    File { path: PathBuf, what: &'static str },
    #[error("a certificate without its key, or a key without its certificate, was given")]
    Half,
    #[error("TLS: {0}")]
    Setup(#[from] rustls::Error),
    #[error("`{0}` is no name that a certificate can have")]
    Name(String),
    #[error("TLS: {0}")]
    Handshake(#[source] std::io::Error),
}

/// Wraps a connection to `host`.
pub async fn secure(
    stream: TcpStream,
    host: &str,
    files: &endpoint::Tls,
) -> Result<TlsStream<TcpStream>, Error> {
    let name = ServerName::try_from(host.to_owned()).map_err(|_| Error::Name(host.to_owned()))?;
    let connector = TlsConnector::from(Arc::new(configure(files)?));
    connector.connect(name, stream).await.map_err(Error::Handshake)
}

fn configure(files: &endpoint::Tls) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?;
    let builder = if files.skip_verify {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(Anyone(provider)))
    } else {
        builder.with_root_certificates(roots(files.ca.as_deref())?)
    };
    match (&files.cert, &files.key) {
        (None, None) => Ok(builder.with_no_client_auth()),
        (Some(cert), Some(key)) => {
            let what = "private key";
            let private = PrivateKeyDer::from_pem_file(key)
                .map_err(|_| Error::File { path: key.clone(), what })?;
            Ok(builder.with_client_auth_cert(certificates(cert)?, private)?)
        }
        _ => Err(Error::Half),
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let bad = || Error::File { path: path.to_owned(), what: "certificate" };
    let found: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(path).map_err(|_| bad())?.collect();
    found.ok().filter(|list| !list.is_empty()).ok_or_else(bad)
}

fn roots(ca: Option<&Path>) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    let given = match ca {
        Some(path) => certificates(path)?,
        None => rustls_native_certs::load_native_certs().certs,
    };
    roots.add_parsable_certificates(given);
    Ok(roots)
}

/// Takes any certificate, but still wants the handshake signed by its key.
#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
