using System.Text;
using Usher.Tests;

namespace Usher.LoadBalancer.Tests;

/// <summary>
/// Each folder of <c>tests/Golden/3-load-balancer-order</c> is a case of Ingresses that claim the same: <c>cluster.yaml</c> is written, <c>requests.txt</c> asked; <c>expected.txt</c> has what is told when it is loaded, and of
/// each request which rule takes it and which others would have.
/// </summary>
public sealed class RuleOrderGoldenTests
{
    private static readonly string[] Shown = ["rulePriority", "ingress"];

    public static TheoryData<string> Cases => Golden.Cases("3-load-balancer-order");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Which_rule_takes_it_and_which_others_would_have(string name)
    {
        var folder = Golden.Folder("3-load-balancer-order", name);
        var cluster = new AlbCluster(File.ReadAllText(Path.Combine(folder, "cluster.yaml")), ControllerGoldenTests.Certificate("example.com", "*.example.com"));
        var road = cluster.Compile();
        Assert.Empty(cluster.Errors.All);
        Assert.Empty(cluster.Refused);

        var told = new StringBuilder();
        foreach (var warning in road.Warnings.Distinct()) told.Append("warning: ").Append(warning).Append('\n');
        foreach (var request in Golden.Lines(Path.Combine(folder, "requests.txt")))
        {
            var facts = Ask.For(request);
            var listener = road.Get<LoadBalancerSnapshot>().Listeners.First(l => l.Scheme == facts.Scheme);
            var decision = LoadBalancerDecision.Make(listener, new LivingStates(new TargetTable(null), false), facts, RequestProtocol.Http1, default, default, road);
            told.Append("> ").Append(request).Append('\n');
            foreach (var account in decision.Tell()) told.AppendAccount(account, Shown.Contains);
        }

        Golden.Check(Path.Combine(folder, "expected.txt"), told.ToString());
    }
}
