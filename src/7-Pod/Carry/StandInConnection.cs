using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Usher.Wire;

namespace Usher.Pod;

/// <summary>
/// What a connection to a stand-in speaks, told by its first bytes (<see cref="FirstBytes"/>), so that one port answers every caller. Within TLS, ALPN tells it.
/// </summary>
internal static class StandInConnection
{
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(130);
    private static readonly Lazy<SslStreamCertificateContext> Certificate = new(Make);

    /// <summary>The middleware.</summary>
    public static ConnectionDelegate Use(ConnectionDelegate next) => async connection =>
    {
        using var limit = new CancellationTokenSource(SilenceLimit, TimeProvider.System);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(
            limit.Token, connection.ConnectionClosed, connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default);
        try
        {
            switch (await FirstBytes.LookAsync(connection.Transport.Input, ended.Token))
            {
                case FirstSpoken.Tls:
                    await TlsAsync(connection, next, ended.Token);
                    break;
                case FirstSpoken.Http2:
                    NegotiatedTls.Tell(connection, SslApplicationProtocol.Http2);
                    await next(connection);
                    break;
                case FirstSpoken.Http1:
                    await next(connection);
                    break;
            }
        }
        catch (Exception e) when (e is IOException or AuthenticationException or OperationCanceledException or ConnectionAbortedException)
        {
            // The caller went away, or didn't like the certificate.
        }
    };

    private static async Task TlsAsync(ConnectionContext connection, ConnectionDelegate next, CancellationToken cancellationToken)
    {
        var transport = connection.Transport;
        await using var tls = new SslStream(new TransportStream(transport));
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = Certificate.Value,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        }, cancellationToken);
        NegotiatedTls.Tell(connection, tls.NegotiatedApplicationProtocol);
        connection.Transport = new TlsPipe(PipeReader.Create(tls, new StreamPipeReaderOptions(leaveOpen: true)), PipeWriter.Create(tls, new StreamPipeWriterOptions(leaveOpen: true)));
        try
        {
            await next(connection);
        }
        finally
        {
            await connection.Transport.Input.CompleteAsync();
            await connection.Transport.Output.CompleteAsync();
            connection.Transport = transport;
        }
    }

    private static SslStreamCertificateContext Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=stand-in", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("stand-in");
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return SslStreamCertificateContext.Create(request.CreateSelfSigned(now.AddDays(-1), now.AddYears(1)), additionalCertificates: null, offline: true);
    }

    private sealed record TlsPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    /// <summary>A transport as a stream.</summary>
    private sealed class TransportStream(IDuplexPipe transport) : AsyncStream
    {
        private readonly Stream input = transport.Input.AsStream(leaveOpen: true);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => input.ReadAsync(buffer, cancellationToken);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => await transport.Output.WriteAsync(buffer, cancellationToken);
    }
}
