using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>
/// Fetches keys over HTTPS. A name of the road is resolved by its own hosted zones, with the port where it is bound; any other by the machine. Trusted are the machine's
/// authorities and the road's own. Redirects aren't followed, and what is over an ALB's limit isn't read.
/// </summary>
internal sealed class KeyFetch : IDisposable
{
    /// <summary>How long a fetch may take in all.</summary>
    internal static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly IGenerationSource generations;
    private readonly IRoadNames? names;
    private readonly IRoadAuthority? authority;
    private readonly HttpClient client;

    public KeyFetch(IGenerationSource generations, IRoadNames? names = null, IRoadAuthority? authority = null)
    {
        (this.generations, this.names, this.authority) = (generations, names, authority);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            // Keys are fetched seldom; a kept connection would only hold up a listener that is taken away.
            PooledConnectionLifetime = TimeSpan.Zero,
            ConnectCallback = ConnectAsync,
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, chain, errors) => Trusts(shown as X509Certificate2, chain, errors);
        client = new HttpClient(handler) { Timeout = Timeout, MaxResponseContentBufferSize = KeySet.MaxBytes };
    }

    /// <summary>Fetches a set.</summary>
    /// <returns>The set, and how long its server lets it be kept; null where it says nothing.</returns>
    /// <exception cref="HttpRequestException">The endpoint can't be reached, or doesn't answer 200.</exception>
    /// <exception cref="FormatException">What it answers is no key set.</exception>
    internal async Task<(KeySet Keys, TimeSpan? Lifetime)> RunAsync(Uri endpoint, DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, endpoint);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK) throw new HttpRequestException($"it answers {(int)response.StatusCode}");
        return (KeySet.Read(await response.Content.ReadAsByteArrayAsync(cancellationToken), now), Lifetime(response.Headers.CacheControl));
    }

    public void Dispose() => client.Dispose();

    private static TimeSpan? Lifetime(CacheControlHeaderValue? control) =>
        control is null ? null : control.NoStore || control.NoCache ? TimeSpan.Zero : control.MaxAge;

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            EndPoint to = names?.Find(generations.Current, context.DnsEndPoint.Host, context.DnsEndPoint.Port) is { } own ? own : context.DnsEndPoint;
            await socket.ConnectAsync(to, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool Trusts(X509Certificate2? shown, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None) return true;
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || shown is null || chain is null || authority is null) return false;
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.Add(authority.Certificate);
        foreach (var element in chain.ChainElements) own.ChainPolicy.ExtraStore.Add(element.Certificate);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.DisableCertificateDownloads = true;
        return own.Build(shown);
    }
}
