using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Usher.Journey.Tests;

/// <summary>
/// The whole road for what isn't one request and one answer, and for pods that speak TLS: the pods are Python's WebSocket server, which also answers
/// over TLS on a NodePort of its own.
/// </summary>
public sealed class UpgradeTests(WebSocketRoad sockets) : IClassFixture<WebSocketRoad>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_WebSocket_goes_through_the_load_balancer_and_the_ingress_and_both_tell_of_it()
    {
        var road = await sockets.RunsAsync();
        using (var client = await ConnectAsync(road, "wss://api.example.com/chat"))
        {
            for (var i = 0; i < 50; i++)
            {
                await client.SendAsync(Encoding.UTF8.GetBytes($"m{i}"), WebSocketMessageType.Text, endOfMessage: true, Stop);
                var buffer = new byte[100];
                var read = await client.ReceiveAsync(buffer.AsMemory(), Stop);
                Assert.Equal($"m{i}", Encoding.UTF8.GetString(buffer, 0, read.Count));
            }

            await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Stop);
        }

        var journey = await FoundAsync(road, "/chat");
        Assert.Equal(("101", "ok", "pod"), (journey.Text("status"), journey.Text("outcome"), journey.Text("answeredBy")));
        Assert.Contains("application", (string[])["application", .. journey.HopNames()]);
        foreach (var hop in (string[])["load-balancer", "ingress"])
        {
            var upgrade = journey.Hop(hop).Facts().GetProperty("upgrade");
            Assert.Equal("websocket", upgrade.Text("protocol"));
            Assert.True(upgrade.Number("bytesFromClient") > 50 && upgrade.Number("bytesToClient") > 50 && upgrade.Number("openMs") > 0);
        }
    }

    [Fact]
    public async Task Trace_shows_a_WebSockets_handshake()
    {
        var road = await sockets.RunsAsync();
        var journey = await road.TraceAsync(
            "--http1.1", "-H", "Connection: Upgrade", "-H", "Upgrade: websocket", "-H", "Sec-WebSocket-Version: 13", "-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "https://api.example.com/traced");
        Assert.Equal(("101", "ok"), (journey.Text("status"), journey.Text("outcome")));
    }

    [Fact]
    public async Task An_HTTPS_target_group_encrypts_again_on_the_way_to_pods_that_speak_TLS()
    {
        var road = await sockets.RunsAsync();
        var journey = await road.TraceAsync("https://api.example.com/secure/x");
        Assert.Equal(("200", "ok"), (journey.Text("status"), journey.Text("outcome")));
        var facts = journey.Hop("load-balancer").Facts();
        Assert.Equal("HTTPS", facts.Text("targetProtocol"));
        var tls = facts.GetProperty("tls");
        Assert.StartsWith("TLSv1.3 ", tls.Text("decrypted"), StringComparison.Ordinal);
        Assert.StartsWith("TLSv1.3 ", tls.Text("encrypted"), StringComparison.Ordinal);
        Assert.Equal(("CN=pod.internal", "False"), (tls.Text("certificate"), tls.Text("verified")));
        Assert.Equal(["dns", "tls", "load-balancer", "node", "service node", "endpoint node", "pod", "response"], journey.HopNames());

        var explained = JsonDocument.Parse((await road.UsherAsync("explain", "--json", "https://api.example.com/secure/x")).Output).RootElement;
        Assert.EndsWith("encrypted again", explained.Hop("load-balancer").Text("decision"), StringComparison.Ordinal);
    }

    private static async Task<JsonElement> FoundAsync(RunningRoad road, string path)
    {
        JsonElement? found = null;
        await Until.HoldsAsync($"the journey to {path} is recorded", async () =>
        {
            var list = (await road.ApiAsync("/api/journeys")).EnumerateArray().Where(j => j.Text("url")!.EndsWith(path, StringComparison.Ordinal)).ToList();
            if (list.Count == 0) return false;
            found = await road.ApiAsync($"/api/journeys/{list[0].Text("id")}");
            // The ingress may be done with it a moment after the load balancer is.
            return found.Value.HopNames().Contains("ingress");
        });
        return found!.Value;
    }

    private static async Task<ClientWebSocket> ConnectAsync(RunningRoad road, string url)
    {
        var client = new ClientWebSocket();
        var authority = X509CertificateLoader.LoadCertificateFromFile(road.CaCertificate);
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = async (_, stop) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(road.Https, stop);
                return new NetworkStream(socket, ownsSocket: true);
            },
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority }, RevocationMode = X509RevocationMode.NoCheck },
            },
        });
        await client.ConnectAsync(new Uri(url), invoker, Stop);
        return client;
    }
}

/// <summary>The sample's edge before pods that are a WebSocket server.</summary>
public sealed class WebSocketRoad : SharedRoad
{
    /// <summary>A road of its own manifests.</summary>
    public WebSocketRoad()
        : this(Manifests.Sample())
    {
    }

    private WebSocketRoad(Manifests manifests)
        : base(() => StartAsync(manifests), manifests)
    {
    }

    private const string Server = """
        import asyncio, os, ssl, websockets
        from http import HTTPStatus

        async def echo(socket):
            async for message in socket:
                await socket.send(message)

        async def plain(path, headers):
            if "Upgrade" not in headers:
                return HTTPStatus.OK, [], b"ok\n"

        async def secure(path, headers):
            return HTTPStatus.OK, [], b"secure\n"

        async def main():
            address = os.environ["POD_IP"]
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain("cert.pem", "key.pem")
            async with websockets.serve(echo, address, 8080, process_request=plain):
                async with websockets.serve(echo, address, 8443, ssl=tls, process_request=secure):
                    await asyncio.Future()

        asyncio.run(main())
        """;

    private const string Secure = """
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: users-tls, namespace: shop }
        spec:
          type: NodePort
          selector: { app: users }
          ports: [{ name: https, port: 443, targetPort: 8443, nodePort: 30443 }]
        ---
        apiVersion: elbv2.services.k8s.aws/v1alpha1
        kind: TargetGroup
        metadata: { name: secure, namespace: shop }
        spec:
          name: secure
          protocol: HTTPS
          port: 30443
          targetType: instance
          healthCheckProtocol: HTTPS
          targets: [{ id: i-0a1b2c3d4e5f60001 }, { id: i-0a1b2c3d4e5f60002 }]
        ---
        apiVersion: elbv2.services.k8s.aws/v1alpha1
        kind: Rule
        metadata: { name: secure, namespace: shop }
        spec:
          listenerRef: { from: { name: shop-edge-https } }
          priority: 5
          conditions: [{ field: path-pattern, pathPatternConfig: { values: [/secure/*] } }]
          actions: [{ type: forward, targetGroupRef: { from: { name: secure } } }]
        """;

    private static async Task<RunningRoad> StartAsync(Manifests manifests)
    {
        manifests.Write("server.py", Server);
        manifests.Write("secure.yaml", Secure);
        manifests.Write("usher.yaml", $"images:\n  shop/users:1:\n    command: [/usr/bin/python3, server.py]\n    workingDirectory: {manifests.Path}\n");
        var made = await Tool.RunAsync("openssl",
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1", "-subj", "/CN=pod.internal",
                "-keyout", manifests.FileOf("key.pem"), "-out", manifests.FileOf("cert.pem")]);
        Assert.True(made.ExitCode == 0, made.ToString());
        return await RunningRoad.StartAsync("-f", manifests.Path);
    }
}
