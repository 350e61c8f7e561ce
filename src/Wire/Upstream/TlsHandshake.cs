using System.ComponentModel;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Usher.Wire;

/// <summary>The client's side of one TLS handshake with an upstream.</summary>
internal sealed class TlsHandshake(UpstreamKey key, DialedUpstream dialed, TimeProvider time)
{
    private const string WasReset = "the connection was reset during the TLS handshake";
    private readonly UpstreamTls _settings = key.Tls!;
    private UpstreamSession _session = new() { Settings = key.Tls!, Started = time.GetTimestamp() };
    private string? _objection;

    /// <summary>Secures the connection; the stream owns the socket, which is closed when the handshake fails.</summary>
    /// <exception cref="ConnectException">The handshake failed, took too long, or the certificate isn't trusted.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    public async Task<(SslStream Stream, UpstreamSession Session)> RunAsync(CancellationToken cancellationToken)
    {
        if (dialed.Socket is not { } socket) throw Failed(ConnectFailure.TlsFailed, WasReset, new SocketException((int)SocketError.ConnectionReset));
        return await RunAsync(new NetworkStream(socket, ownsSocket: true), cancellationToken);
    }

    /// <summary>The same over a stream that is the connection's.</summary>
    /// <exception cref="ConnectException">The handshake failed, took too long, or the certificate isn't trusted.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    public async Task<(SslStream Stream, UpstreamSession Session)> RunAsync(Stream transport, CancellationToken cancellationToken)
    {
        var stream = new SslStream(transport);
        var done = false;
        try
        {
            using var limit = new CancellationTokenSource(_settings.HandshakeTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            await stream.AuthenticateAsClientAsync(Options(), either.Token);
            done = true;
            return (stream, _session.DoneBy(stream, time.GetTimestamp()));
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failed(ConnectFailure.TlsTimedOut, $"no TLS handshake within {_settings.HandshakeTimeout.TotalSeconds:0.###} s", e);
        }
        catch (AuthenticationException e) when (_objection is not null)
        {
            throw Failed(ConnectFailure.TlsUntrusted, $"the certificate {_session.PeerSubject} isn't trusted: {_objection}", e);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or SocketException or Win32Exception)
        {
            throw Failed(ConnectFailure.TlsFailed, Words(e), e);
        }
        finally
        {
            if (!done) await stream.DisposeAsync();
        }
    }

    private SslClientAuthenticationOptions Options()
    {
        // Nothing is fetched or asked of anybody while the chain is built, and only the given roots are trusted.
        var chain = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true,
        };
        foreach (var root in _settings.Trust?.Roots ?? []) chain.CustomTrustStore.Add(root);
        return new SslClientAuthenticationOptions
        {
            TargetHost = _settings.ServerName is { } name && !IPAddress.TryParse(name, out _) ? name : "",
            EnabledSslProtocols = _settings.Protocols,
            ApplicationProtocols = _settings.ApplicationProtocol is { } protocol ? [new SslApplicationProtocol(protocol)] : null,
            ClientCertificateContext = _settings.ClientCertificate,
            CertificateChainPolicy = chain,
            RemoteCertificateValidationCallback = Trusts,
        };
    }

    private bool Trusts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        // The certificate is gone once the stream is: what is told of it is read now.
        var shown = certificate as X509Certificate2;
        _session = _session.Showing(shown);
        _objection = _settings.Trust?.Objection(shown, chain);
        return _objection is null;
    }

    private ConnectException Failed(ConnectFailure failure, string reason, Exception inner) => new(key, failure, reason, inner)
    {
        LocalEndPoint = dialed.Local,
        Session = _session,
    };

    /// <summary>The innermost message says what OpenSSL found; what isn't TLS at all is told as such.</summary>
    private static string Words(Exception e)
    {
        var root = e.GetBaseException();
        return root switch
        {
            SocketException { SocketErrorCode: SocketError.ConnectionReset } => WasReset,
            SocketException broken => $"the TLS handshake broke off: {broken.Message}",
            IOException => "the connection was closed during the TLS handshake",
            _ when root.Message.Contains("frame", StringComparison.OrdinalIgnoreCase) || root.Message.Contains("wrong version number", StringComparison.Ordinal) =>
                "what answers there doesn't speak TLS",
            _ => $"the TLS handshake failed: {root.Message}",
        };
    }
}
