using Usher.Seam.Tests.Peers;

using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>$remote_user: the name of Basic credentials as nginx reads them, whoever asked for them.</summary>
public sealed class RemoteUserTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    // ann:hunter2, ann: and a:b:c; without padding; :x; without a colon; with more behind; what isn't base64; another scheme.
    private static readonly string[] Credentials =
    [
        "Basic YW5uOmh1bnRlcjI=", "basic YW5uOmh1bnRlcjI=", "Basic YW5uOmh1bnRlcjI", "Basic    YW5uOg==", "Basic YTpiOmM=", "Basic Ong=", "Basic YW5u", "Basic YW5uOg==YW5uOg==", "Basic YW5uOgx", "Basic YW5uO", "Basic !!!!",
        "Basic YW5u OmI=", "Basic", "Basic ", "BasicYW5uOg==", "Bearer YW5uOg==", "Basic w7xiZXI6eA==",
    ];

    [Fact]
    public async Task It_is_who_nginx_says_it_is()
    {
        var ports = NginxProcess.FreePorts(1);
        await using var nginx = await NginxProcess.StartAsync($"server {{ listen 127.0.0.1:{ports[0]}; location / {{ return 200 [$remote_user]; }} }}", ports[0]);
        foreach (var sent in Credentials)
        {
            var answer = await NginxProcess.AskAsync(ports[0], $"GET / HTTP/1.1\r\nHost: a.com\r\nAuthorization: {sent}\r\nConnection: close\r\n\r\n");
            var facts = Facts("a.com", "/") with { Headers = [KeyValuePair.Create("Authorization", sent.TrimEnd())] };
            Assert.Equal((sent, answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]), (sent, $"[{BasicCredentials.User(facts)}]"));
        }
    }

    [Fact]
    public async Task Answers_about_requests_are_remembered_for_each_user()
    {
        await using var running = await Running.StartAsync(Service("auth") + Service("web") + Routes(
            "api", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", Annotated("auth-url: \"http://10.96.0.1/check?who=$remote_user\"", "auth-cache-key: $remote_user", "auth-cache-duration: '200 10m'")));
        await using var auth = Backend.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", running.Cluster.ServiceAt("auth"));
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        foreach (var (number, user) in new[] { "ann:x", "ann:y", "bob:x", "ann:x", "" }.Index())
        {
            var header = user.Length == 0 ? "" : $"Authorization: Basic {Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(user))}\r\n";
            Assert.Equal(Ok, await running.AskAsync($"GET / HTTP/1.1\r\nHost: a.com\r\n{header}\r\n"));
            // Requests are recorded after their answers, each before the next is sent.
            await running.Seam.Journal.RequestAsync(number + 1);
        }

        Assert.Equal(["GET /check?who=ann", "GET /check?who=bob", "GET /check?who="], auth.Requests.Select(r => r[..r.IndexOf(" HTTP/", StringComparison.Ordinal)]));
    }

    [Fact]
    public void A_redirect_that_reads_no_headers_has_no_user() => Assert.Contains(
        new Cluster(Service("web") + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", Annotated("x-forwarded-prefix: /$remote_user"))).Told, e => e.Message.StartsWith("found '/$remote_user'; $remote_user isn't supported", StringComparison.Ordinal));
}
