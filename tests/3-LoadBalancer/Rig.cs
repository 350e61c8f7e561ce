using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Seam.Tests.Peers;
using Usher.Tests;
using Usher.Wire.Tests.Peers;

namespace Usher.LoadBalancer.Tests;

/// <summary>
/// The whole hop on real sockets, as Control drives it. Each rig has a loopback range of its own: the load balancer is 127.N.0.1 (80 → 8080,
/// 443 → 8443), the nodes are 127.N.1.1 and 127.N.1.2.
/// </summary>
internal sealed class Rig : IAsyncDisposable
{
    private readonly ServiceProvider services;
    private readonly ICarrier[] carriers;
    private AddressPlan? addresses;
    private long generations;

    /// <param name="authority">Who has signed what this hop asks as a client; nobody when null.</param>
    /// <param name="time">The hop's clock, of its health checks too; the machine's when null.</param>
    internal Rig(IRoadAuthority? authority = null, TimeProvider? time = null)
    {
        IServiceCollection all = new ServiceCollection();
        if (authority is not null) all.AddSingleton(authority);
        services = all
            .AddLogging().AddSingleton(time ?? TimeProvider.System).AddSingleton(Seam.Parts).AddSingleton<IGenerationSource>(Seam.Generations)
            .AddSingleton<ICertificateChooser>(Certificates).AddLoadBalancer().BuildServiceProvider();
        carriers = [.. services.GetServices<ICarrier>()];
        Carrier = services.GetRequiredService<ICarrier>();
        Health = services.GetRequiredService<ITargetHealth>();
        Checks = services.GetRequiredService<IHealthCheckFeed>();
        KeySets = services.GetRequiredService<IKeySets>();
        Step = services.GetRequiredService<IRoadStep>();
    }

    /// <summary>127.N.0.0/16, 100–249.</summary>
    internal byte Network { get; } = FreeNetwork.Next("0.1:8080", "0.1:8081", "0.1:8443", "0.2:5000", "1.1:30080", "1.2:30080");

    internal SeamUnderTest Seam { get; } = new();

    internal Journal Journal => Seam.Journal;

    internal SelfSigned Certificates { get; } = new();

    internal ICarrier Carrier { get; }

    internal ITargetHealth Health { get; }

    internal IHealthCheckFeed Checks { get; }

    internal IKeySets KeySets { get; }

    /// <summary>The hop as explain walks it.</summary>
    internal IRoadStep Step { get; }

    internal IPAddress Address => IPAddress.Parse($"127.{Network}.0.1");

    /// <summary>The address of the load balancer's first, second … node.</summary>
    internal IPAddress At(int node) => IPAddress.Parse($"127.{Network}.0.{node}");

    internal IPEndPoint Http => new(Address, 8080);

    internal IPEndPoint Https => new(Address, 8443);

    /// <summary>A rig that runs this edge.</summary>
    internal static async Task<Rig> RunAsync(Func<Rig, Edge> edge, IRoadAuthority? authority = null)
    {
        var rig = new Rig(authority);
        await rig.ApplyAsync(edge(rig));
        return rig;
    }

    internal Edge Edge(params (string, string)[] attributes) => new(Network, attributes);

    /// <summary>NodePort 30080 of node 1 or 2.</summary>
    internal IPEndPoint Node(int number, int port = 30080) => new(IPAddress.Parse($"127.{Network}.1.{number}"), port);

    internal async Task ApplyAsync(Edge edge)
    {
        var errors = new ErrorList();
        await TryApplyAsync(edge, errors);
        Assert.Empty(errors.All);
    }

    internal async Task TryApplyAsync(Edge edge, ErrorList errors)
    {
        var next = edge.CompileValid(++generations, addresses);
        var changes = new List<ICarrierChange>();
        foreach (var carrier in carriers) changes.Add(await carrier.PrepareAsync(next, errors, TestContext.Current.CancellationToken));
        if (errors.IsEmpty)
        {
            addresses = next.Addresses;
            Seam.Generations.Current = next;
            foreach (var change in changes) await change.CommitAsync(TestContext.Current.CancellationToken);
        }

        foreach (var change in changes) await change.DisposeAsync();
    }

    /// <summary>Ends the road, and waits this long for what is open.</summary>
    internal async Task StopAsync(TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        foreach (var carrier in carriers) await carrier.StopAsync(limit.Token);
    }

    internal async Task UntilAsync(string target, string state)
    {
        try
        {
            await Limit.UntilAsync(() => Report(target).State == state);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{Report(target)} never became {state}");
        }
    }

    internal TargetHealthReport Report(string target) => Health.All(Seam.Generations.Current).Single(r => r.Target == target);

    internal Task<RawPeer> ConnectAsync() => RawPeer.ConnectAsync(Http);

    /// <summary>Connects once this edge runs.</summary>
    internal async Task<RawPeer> ConnectAfterAsync(Edge edge)
    {
        await ApplyAsync(edge);
        return await ConnectAsync();
    }

    /// <summary>Sends one request on a connection of its own and reads the answer.</summary>
    internal async Task<string> AskAsync(string request)
    {
        var (client, answer) = await OpenAsync(request);
        client.Dispose();
        return answer;
    }

    /// <summary>
    /// Sends one request on a connection of its own and reads the answer; the connection is the caller's. On a busy machine a short idle timeout may pass before the
    /// listener reads the first byte. It then closes without a word or a record, as it should, and the request is sent again.
    /// </summary>
    internal Task<(RawPeer Client, string Answer)> OpenAsync(string request) => OpenAsync(request, bodyless: false);

    private async Task<(RawPeer Client, string Answer)> OpenAsync(string request, bool bodyless)
    {
        for (var (left, recorded) = (10, Journal.Requests.Count); ; left--)
        {
            var client = await ConnectAsync();
            try
            {
                await client.SendAsync(request);
                return (client, await client.ReadMessageAsync(bodyless));
            }
            catch (Exception e) when (left > 0 && e is IOException or SocketException && Journal.Requests.Count == recorded)
            {
                client.Dispose();
            }
        }
    }

    /// <summary>As <see cref="OpenAsync(string)"/>, for an answer whose body never comes to its end: its head.</summary>
    internal Task<(RawPeer Client, string Answer)> OpenHeadAsync(string request) => OpenAsync(request, bodyless: true);

    /// <summary>A client whose connections go to the HTTPS listener, whatever the URL says.</summary>
    internal HttpClient Client() => new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == Certificates.Thumbprint },
        ConnectCallback = async (_, stop) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(Https, stop);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    /// <summary>A target on node 1 or 2 that answers <c>late</c>, and not before it is let.</summary>
    internal Backend Late(TaskCompletionSource release, int node = 1) => new(
        async (peer, _, _) =>
        {
            await release.Task;
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate");
        },
        Node(node));

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        foreach (var carrier in carriers) await carrier.StopAsync(now.Token);
        await services.DisposeAsync();
        Seam.Dispose();
        Certificates.Dispose();
    }
}

/// <summary>One self-signed certificate for everything, with an ECDSA key; the same with an RSA key for clients that take no other.</summary>
internal sealed class SelfSigned : ICertificateChooser, IDisposable
{
    private readonly X509Certificate2 certificate;
    private readonly SslStreamCertificateContext context;
    private readonly Lazy<SslStreamCertificateContext> rsa = new(() =>
    {
        using var key = RSA.Create(2048);
        return SslStreamCertificateContext.Create(Make(new CertificateRequest("CN=*.example.com", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)), null);
    });

    internal SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        certificate = Make(new CertificateRequest("CN=*.example.com", key, HashAlgorithmName.SHA256));
        context = SslStreamCertificateContext.Create(certificate, null);
    }

    internal string Thumbprint => certificate.Thumbprint;

    /// <summary>Listener and name of the last handshake.</summary>
    internal (string Listener, string? Name) Asked { get; private set; }

    /// <summary>The kinds of keys that the client of the last handshake takes.</summary>
    internal CertificateKeys Accepted { get; private set; }

    public CertificateChoice Choose(Generation generation, string listenerArn, string? serverName) =>
        Choose(generation, listenerArn, serverName, CertificateKeys.Any);

    public CertificateChoice Choose(Generation generation, string listenerArn, string? serverName, CertificateKeys accepted)
    {
        (Asked, Accepted) = ((listenerArn, serverName), accepted);
        return new CertificateChoice(new Told(serverName ?? "none"), accepted == CertificateKeys.Rsa ? rsa.Value : context);
    }

    private static X509Certificate2 Make(CertificateRequest request)
    {
        using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    public void Dispose() => certificate.Dispose();
}
