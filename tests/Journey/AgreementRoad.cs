using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Usher.Certificates;
using Usher.Cli.Client;
using Usher.Cli.Running;
using Usher.Dns;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Trace;
using Usher.Trace.Journeys;
using JourneyTold = Usher.Model.Journeys.Journey;

namespace Usher.Journey.Tests;

/// <summary>A request that was sent for real, and everything that was recorded of it.</summary>
/// <param name="Status">The status; null when nothing answered.</param>
/// <param name="Recorded">The decisions that were taken, in the order in which the request met them.</param>
/// <param name="Pod">What the pods' hop tells of the pod that was reached, or null.</param>
/// <param name="Journey">Its journey; null when no load balancer saw it.</param>
/// <param name="Body">The body as it came, without chunks taken apart; empty when nothing answered.</param>
internal sealed record Sent(int? Status, IReadOnlyList<IDecision> Recorded, HopAccount? Pod, JourneyTold? Journey, string Body = "");

/// <summary>The road of <c>roads/agreement</c> in this process, so that a test can take its decisions apart.</summary>
public class AgreementRoad : IAsyncLifetime
{
    private readonly StateDirectory state = StateDirectory.Temporary();
    private readonly LoopbackNetwork network = LoopbackNetwork.Free();
    private Road? road;
    private ApiServer? api;

    /// <summary>Whether its links are express.</summary>
    private protected virtual bool Express => false;

    /// <summary>Its manifests.</summary>
    private protected virtual string Folder => StandInRoad.Folder;

    internal Road Road => road!;

    internal Generation Generation => Road.Generation;

    internal Explainer Explainer => Road.Services.GetRequiredService<Explainer>();

    internal JourneyLog Log => Road.Services.GetRequiredService<JourneyLog>();

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        state.TryHold();
        road = Road.Compose(
            new RoadSettings
            {
                Paths = [Folder], StandIn = true, Express = Express, Range = new LoopbackRange((byte)network.Number), DnsPort = 0, ApiPort = 0,
            },
            state);
        var errors = new ErrorList();
        api = await road.StartApiAsync(errors, default);
        Assert.True(await road.ApplyAsync(errors, default), string.Join('\n', errors.All));
        Assert.Empty(await road.WhenReadyAsync(Tool.Limit, default));
    }

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Road.StopAsync(TimeSpan.FromSeconds(5));
        if (api is not null) await api.DisposeAsync();
        await Road.DisposeAsync();
        state.Dispose();
        network.Dispose();
    }

    /// <summary>The same request as <c>explain</c> is asked about it.</summary>
    internal Explanation Explain(AgreementCase request, IReadOnlyList<IDecision> given)
    {
        var url = UrlOf(request);
        var (path, query) = RequestFacts.SplitTarget(url.PathAndQuery);
        var named = request.Headers.FirstOrDefault(h => h.Key == "Host").Value;
        var (host, port) = RequestFacts.SplitHost(named ?? url.Host);
        var facts = new RequestFacts
        {
            Method = request.Method, Scheme = url.Scheme, Host = host, HostPort = port, Path = path, Query = query, Source = request.Source, Headers = request.Headers,
        };
        return Explainer.Explain(Generation, facts, given: given, url: (url.Host, url.Port));
    }

    /// <summary>Asks the name server, connects, shakes hands, sends; and waits for the records of every hop that was met.</summary>
    internal async Task<Sent> SendAsync(AgreementCase request)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var url = UrlOf(request);
        var since = TimeProvider.System.GetTimestamp();
        var answer = await DnsLookup.AskAsync(Road.Services.GetRequiredService<DnsServerAddress>().EndPoint!, url.Host, cancellation);
        DnsRecord? query = null;
        await Until.HoldsAsync("the name server's record", () => (query = Log.Queries.Find(answer.Local, answer.QueryId, since, long.MaxValue)) is not null);
        if (answer.Addresses.Count == 0) return new Sent(null, [query!.Decision], null, null);

        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(request.Source, 0));
        await socket.ConnectAsync(new IPEndPoint(answer.Addresses[0], Generation.Addresses.BoundPort(url.Port)), cancellation);
        await using var stream = await SecureAsync(socket, url, request.Http2);
        var (status, body) = await ExchangeAsync(stream, url, request);
        var connection = new ConnectionId((IPEndPoint)socket.LocalEndPoint!, (IPEndPoint)socket.RemoteEndPoint!);
        return await RecordedAsync(query!, connection, since, status) with { Body = body };
    }

    private async Task<Sent> RecordedAsync(DnsRecord query, ConnectionId connection, long since, int status)
    {
        RequestRecord? first = null;
        await Until.HoldsAsync("the load balancer's record", () => (first = Log.Find(connection, 1, since)) is not null);
        RequestRecord? ingress = null;
        if (RoadHops.Reached(first!) is { } reached && IsController(reached))
        {
            await Until.HoldsAsync("the ingress's record", () => (ingress = Log.BehindLoadBalancer(first!) is [var behind, ..] ? behind : null) is not null);
        }

        var journey = Road.Services.GetRequiredService<JourneyBook>().Find(first!.JourneyId!);
        IDecision?[] decisions =
            [query.Decision, Log.HandshakeOf(first)?.Decision, first.Decision, first.Via?.Decision, ingress?.Decision, ingress?.Via?.Decision];
        var end = RoadHops.Reached(ingress ?? first);
        var pod = end is null ? null : Road.Services.GetRequiredService<IPodAccounts>().Account(end);
        return new Sent(status, [.. decisions.OfType<IDecision>()], pod, journey);
    }

    private bool IsController(IPEndPoint end) =>
        Generation.Addresses.OwnerOf(end.Address) is { } owner
            && Road.Services.GetRequiredService<IPodDirectory>().Current.TryGetValue(owner, out var pod) && pod.Runtime == PodRuntime.BuiltIn;

    private async Task<Stream> SecureAsync(Socket socket, Uri url, bool http2)
    {
        var plain = new NetworkStream(socket);
        if (url.Scheme != "https") return plain;
        var secured = new SslStream(plain);
        var authority = X509CertificateLoader.LoadCertificateFromFile(Road.Services.GetRequiredService<CertificateAuthority>().CertificatePath);
        await secured.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = url.Host,
                ApplicationProtocols = [http2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11],
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority }, RevocationMode = X509RevocationMode.NoCheck,
                },
            },
            TestContext.Current.CancellationToken);
        return secured;
    }

    /// <summary>Over HTTP/1.1 by hand: a client library would join the values of a header that is given twice.</summary>
    private static async Task<(int Status, string Body)> ExchangeAsync(Stream stream, Uri url, AgreementCase request)
    {
        if (request.Http2) return await OverHttp2Async(stream, url, request);
        var headers = request.Headers.Any(h => h.Key == "Host") ? request.Headers : request.Headers.Prepend(KeyValuePair.Create("Host", url.Host));
        var head = $"{request.Method} {url.PathAndQuery} HTTP/1.1\r\n{string.Concat(headers.Select(h => $"{h.Key}: {h.Value}\r\n"))}Content-Length: 0\r\nConnection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        var answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("HTTP/1.1 ", answer, StringComparison.Ordinal);
        return (int.Parse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture), answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
    }

    private static async Task<(int Status, string Body)> OverHttp2Async(Stream stream, Uri url, AgreementCase request)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectCallback = (_, _) => ValueTask.FromResult(stream) });
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), url) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        foreach (var (name, value) in request.Headers) Assert.True(message.Headers.TryAddWithoutValidation(name, value));
        using var response = await client.SendAsync(message, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static Uri UrlOf(AgreementCase request) => new(request.Url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
}
