using System.Globalization;
using System.Text;
using Usher.Model.Aws;
using Usher.Model.Journeys;
using Usher.Tests;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>
/// Each folder of <c>tests/Golden/3-load-balancer</c> is a case: <c>edge.txt</c> has listeners, rules, groups and how the targets are;
/// <c>requests.txt</c> what is asked, with its draw; <c>expected.txt</c> what must be told. <c>UPDATE_GOLDEN=1</c> writes the expectations anew.
/// </summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Cases => Golden.Cases("3-load-balancer");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case(string name)
    {
        var folder = Golden.Folder("3-load-balancer", name);
        var told = Run([.. Golden.Lines(Path.Combine(folder, "edge.txt"))], Golden.Lines(Path.Combine(folder, "requests.txt")));
        Golden.Check(Path.Combine(folder, "expected.txt"), told);
    }

    private static string Run(string[] edge, IEnumerable<string> requests)
    {
        var desk = new Desk(edge.Aggregate(new Edge(), Write));
        foreach (var line in edge) Live(desk, line);
        var told = new StringBuilder();
        foreach (var request in requests)
        {
            var at = request.LastIndexOf(" draw ", StringComparison.Ordinal);
            var draw = new Draw((ulong)(double.Parse(request[(at + 6)..], CultureInfo.InvariantCulture) * ulong.MaxValue));
            told.Append("> ").Append(request).Append('\n');
            // ARNs are pure functions of the names; they would only be noise here.
            foreach (var account in desk.Decide(Ask.For(request[..at]), draw).Tell()) told.AppendAccount(account, fact => !fact.EndsWith("Arn", StringComparison.Ordinal));
        }

        return told.ToString();
    }

    private static Edge Write(Edge edge, string line)
    {
        var arrow = line.IndexOf(" => ", StringComparison.Ordinal);
        var words = (arrow < 0 ? line : line[..arrow]).Split(' ');
        return words switch
        {
            ["listener", var protocol, var port] => edge.Listener(int.Parse(port, null), Action(line[(arrow + 4)..]), protocol),
            ["rule", var port, var priority, .. var conditions] =>
                edge.Rule(int.Parse(port, null), int.Parse(priority, null), Action(line[(arrow + 4)..]), [.. conditions.Select(Condition)]),
            ["group", var name, var algorithm, "https", .. var targets] => edge.Group(name, targets, algorithm, protocol: "HTTPS"),
            ["group", var name, var algorithm, .. var targets] => edge.Group(name, targets, algorithm),
            _ => edge,
        };
    }

    /// <summary><c>forward web 9 canary 1</c>, <c>redirect HTTP_301 HTTPS #{host} 443 /#{path} #{query}</c>, <c>fixed-response 403</c>.</summary>
    private static RuleAction Action(string text) => text.Split(' ') switch
    {
        ["forward", .. var groups] => Weighted([.. groups.Chunk(2).Select(g => (g[0], int.Parse(g[1], null)))]),
        ["redirect", var status, var protocol, var host, var port, var path, var query] => To(new(status, protocol, host, port, path, query)),
        ["fixed-response", var status] => Fixed(int.Parse(status, null)),
        _ => throw new FormatException(text),
    };

    private static RuleCondition Condition(string text) =>
        If(text[..text.IndexOf('=', StringComparison.Ordinal)], text[(text.IndexOf('=', StringComparison.Ordinal) + 1)..].Split(','));

    /// <summary><c>target web 0 unhealthy Target.Timeout Request timed out</c>, <c>target web 1 outstanding 3</c>.</summary>
    private static void Live(Desk desk, string line)
    {
        if (line.Split(' ') is not ["target", var group, var index, var what, var value, .. var rest]) return;
        var target = desk.Target(group, int.Parse(index, null));
        if (what == "unhealthy") target.Health = new TargetHealth(HealthState.Unhealthy, value, string.Join(' ', rest));
        else for (var i = 0; i < int.Parse(value, null); i++) target.Begin();
    }
}
