using System.Globalization;
using System.Text;
using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>satisfy over source ranges, basic auth and auth-url: nginx itself, with the directives that ingress-nginx writes, must answer the same.</summary>
public sealed class SatisfyTests
{
    private static readonly (string Annotation, string Directives)[] Sources =
        [("", ""), ("whitelist-source-range: 127.0.0.0/8", "allow 127.0.0.0/8; deny all;"), ("whitelist-source-range: 10.0.0.0/8", "allow 10.0.0.0/8; deny all;"), ("denylist-source-range: 127.0.0.0/8", "deny 127.0.0.0/8;"), ("denylist-source-range: 10.0.0.0/8", "deny 10.0.0.0/8;")];

    private static readonly int[] Statuses = [0, 200, 204, 401, 403, 404, 500];

    [Fact]
    public async Task Every_combination_is_nginxs()
    {
        var ports = NginxProcess.FreePorts(2);
        var servers = new StringBuilder($"server {{ listen 127.0.0.1:{ports[1]}; location / {{ return 200 ok; }}\n");
        foreach (var status in Statuses) servers.Append(CultureInfo.InvariantCulture, $"location = /{status} {{ return {(status == 0 ? 200 : status)}; }}\n");
        servers.Append("}\n").Append(CultureInfo.InvariantCulture, $"server {{ listen 127.0.0.1:{ports[0]};\n");
        foreach (var status in Statuses.Skip(1)) servers.Append(CultureInfo.InvariantCulture, $"location = /auth/{status} {{ internal; proxy_pass http://127.0.0.1:{ports[1]}/{status}; }}\n");
        var cases = (from source in Enumerable.Range(0, Sources.Length) from basic in new[] { false, true } from status in Statuses from any in new[] { false, true } select (source, basic, status, any)).ToList();
        for (var i = 0; i < cases.Count; i++)
        {
            var (source, basic, status, any) = cases[i];
            servers.Append(CultureInfo.InvariantCulture,
                $"location = /{i} {{ {Sources[source].Directives} {(basic ? "auth_basic Staff; auth_basic_user_file users;" : "")} {(status > 0 ? $"auth_request /auth/{status};" : "")} satisfy {(any ? "any" : "all")}; proxy_pass http://127.0.0.1:{ports[1]}/; }}\n");
        }

        await using var nginx = await NginxProcess.StartAsync(servers.Append("}\n").ToString(), ports[1], ("users", "ann:{PLAIN}x\n"));
        var differences = new List<string>();
        for (var i = 0; i < cases.Count; i++)
        {
            foreach (var user in new[] { "", "Basic YW5uOng=", "Basic YW5uOnk=" })
            {
                var theirs = (await NginxProcess.AskAsync(ports[0], $"GET /{i} HTTP/1.1\r\nHost: a.com\r\n{(user.Length == 0 ? "" : $"Authorization: {user}\r\n")}Connection: close\r\n\r\n"))[9..12];
                var ours = Ours(cases[i], user);
                if (theirs != ours) differences.Add($"{cases[i]} '{user}': nginx {theirs}, ours {ours}");
            }
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences.Take(20)));
    }

    private static string Ours((int Source, bool Basic, int Status, bool Any) at, string user)
    {
        var annotations = new List<string> { $"satisfy: {(at.Any ? "any" : "all")}" };
        if (Sources[at.Source].Annotation is { Length: > 0 } source) annotations.Add(source);
        if (at.Basic) annotations.AddRange(["auth-type: basic", "auth-secret: users", "auth-realm: Staff"]);
        if (at.Status > 0) annotations.Add("auth-url: http://10.96.0.9/");
        var cluster = new Cluster(Service("web") + Secrets.Yaml("users", "Opaque", ("auth", "ann:{PLAIN}x")) + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", Annotated([.. annotations]))).Valid();
        var facts = Facts("a.com", "/") with { Source = System.Net.IPAddress.Loopback, Headers = user.Length == 0 ? [] : [new("Authorization", user)] };
        var decision = IngressDecision.Make(cluster.Plan, new LivingBackends(cluster.Fronts, cluster.Generation), facts);
        Assert.Equal(decision.Choice, decision.Replay(new Usher.Model.Journeys.ReasonList()));
        if (decision.Choice.Ask != AuthAsk.None) decision.Authorization = new AuthReading(decision.Choice.Route!.Rules.External!, "", "", at.Status);
        return IngressAnswer.Of(decision)?.Status.ToString(CultureInfo.InvariantCulture) ?? "200";
    }
}
