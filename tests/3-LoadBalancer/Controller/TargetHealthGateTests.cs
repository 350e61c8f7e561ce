using System.Globalization;
using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>What the controller says of pods whose readiness gates wait for their targets.</summary>
public sealed class TargetHealthGateTests
{
    private const string Type = TargetHealthGate.Prefix + "web";
    private static readonly ResourceKey Pod = new("", "Pod", "shop", "web-1");
    private static readonly TargetHealth Failing = new(HealthState.Unhealthy, "Target.Timeout", "Request timed out");

    // The condition so far and the next: '-' isn't set, T is True, D is True as its binding is deleted, F is False.
    [Theory]
    [InlineData("-", "bound", null, "-")]
    [InlineData("F", "bound", null, "-")]
    [InlineData("T", "bound", null, "-")]
    [InlineData("T", "bound terminating", null, "T")]
    [InlineData("F", "bound terminating", null, "F old: old")]
    [InlineData("-", "bound", HealthState.Initial, "F Elb.InitialHealthChecking: Initial health checks in progress")]
    [InlineData("-", "bound", HealthState.Unhealthy, "F Target.Timeout: Request timed out")]
    [InlineData("-", "bound", HealthState.Unused, "F Target.NotInUse: Target group is not configured to receive traffic from the load balancer")]
    [InlineData("-", "bound", HealthState.Assumed, "F : not checked: decided from configuration")]
    [InlineData("-", "bound", HealthState.Healthy, "T")]
    [InlineData("F", "bound", HealthState.Healthy, "T")]
    [InlineData("F", "bound", HealthState.Unhealthy, "F Target.Timeout: Request timed out")]
    [InlineData("T", "bound", HealthState.Unhealthy, "T")]
    [InlineData("D", "bound", HealthState.Initial, "F Elb.InitialHealthChecking: Initial health checks in progress")]
    [InlineData("-", "", null, "-")]
    [InlineData("-", "was", null, "D")]
    [InlineData("F", "", null, "D")]
    [InlineData("T", "", null, "D")]
    [InlineData("D", "", null, "D")]
    public void Table(string last, string facts, object? state, string next)
    {
        TargetHealth? health = state switch
        {
            null => null,
            HealthState.Healthy => TargetHealth.Healthy,
            HealthState.Initial => TargetHealth.Initial,
            HealthState.Unused => TargetHealth.Unused,
            HealthState.Assumed => TargetHealth.Assumed,
            _ => Failing,
        };
        var before = last switch { "T" => TargetHealthCondition.Healthy, "D" => TargetHealthCondition.Deleted, "F" => new PodConditionStatus(false, "old", "old"), _ => null };
        bool Has(string fact) => facts.Split(' ').Contains(fact);

        Assert.Equal(next, Told(TargetHealthCondition.Of(before, Has("bound"), Has("was"), Has("terminating"), health)));
    }

    [Fact]
    public void A_condition_follows_the_target_until_it_is_healthy_and_the_binding()
    {
        using var table = new TargetTable();
        var gates = new TargetHealthGates(table);
        var changed = new List<string>();
        gates.Changed += pod => changed.Add($"{pod.Name} {Told(gates.Find(pod, Type))}");

        // It isn't registered before its containers are ready.
        Follow(Edge());
        Assert.Null(gates.Find(Pod, Type));

        var registered = Follow(Edge("10.0.1.80:8080"));
        var state = table.Of(registered).Targets[0];
        table.Note(state, Failing);
        table.Note(state, Failing);
        table.Note(state, TargetHealth.Healthy);
        table.Note(state, Failing);
        Assert.Equal(["web-1 F Elb.InitialHealthChecking: Initial health checks in progress", "web-1 F Target.Timeout: Request timed out", "web-1 T"], changed);

        // That of another group's target is nobody's matter here.
        table.Note(new TargetState(TargetHealth.Initial), Failing);
        Assert.Equal(3, changed.Count);

        // Deregistered while it runs, and registered again: as a new target.
        Follow(Edge());
        Follow(Edge("10.0.1.80:8080"));
        Assert.Equal(["web-1 -", "web-1 F Elb.InitialHealthChecking: Initial health checks in progress"], changed[3..]);

        Follow(Edge(binding: false));
        Assert.Equal(["web-1 D"], changed[5..]);
        Assert.Null(gates.Find(Pod with { Name = "other" }, Type));

        TargetGroupPlan Follow(Edge edge)
        {
            var next = edge.CompileValid();
            var groups = next.Get<LoadBalancerSnapshot>().TargetGroups;
            table.Prepare(groups);
            table.Retain(groups);
            gates.Follow(next);
            return groups[0];
        }
    }

    [Fact]
    public void A_pod_that_was_made_as_its_binding_went_does_not_wait_for_it()
    {
        using var table = new TargetTable();
        var gates = new TargetHealthGates(table);
        gates.Follow(Edge(pod: false).CompileValid());
        Assert.Null(gates.Find(Pod, Type));
        gates.Follow(Edge(binding: false).CompileValid());
        Assert.Equal(TargetHealthCondition.Deleted, gates.Find(Pod, Type));
        gates.Follow(Edge(pod: false).CompileValid());
        Assert.Null(gates.Find(Pod, Type));
    }

    [Fact]
    public void A_gate_of_a_binding_that_never_was_stays_closed()
    {
        using var table = new TargetTable();
        var gates = new TargetHealthGates(table);
        gates.Follow(Edge(binding: false).CompileValid());
        gates.Follow(Edge(binding: false).CompileValid());
        Assert.Null(gates.Find(Pod, Type));
    }

    private static string Told(PodConditionStatus? condition) => condition is null ? "-" : condition == TargetHealthCondition.Healthy ? "T" : condition == TargetHealthCondition.Deleted ? "D"
        : string.Create(CultureInfo.InvariantCulture, $"{(condition.IsTrue ? "T" : "F")} {condition.Reason}: {condition.Message}");

    private static Edge Edge(string? target = null, bool binding = true, bool pod = true)
    {
        var edge = new Edge().Listener(80, Forward("web")).Group(new TargetGroup
        {
            TargetGroupArn = AwsNames.TargetGroupArn(Scope, "web"), Name = "web", TargetType = "ip", Port = 8080, Targets = target is null ? [] : [new TargetDescription(target.Split(':')[0], 8080)],
        });
        edge.Add(new ResourceKey("", "Service", "shop", "web"), new V1Service { Metadata = new V1ObjectMeta { Name = "web" }, Spec = new V1ServiceSpec() });
        if (pod)
        {
            edge.Add(Pod, new V1Pod
            {
                Metadata = new V1ObjectMeta { Name = "web-1" }, Status = new V1PodStatus { PodIP = "10.0.1.80" },
                Spec = new V1PodSpec { NodeName = "i-0a1", ReadinessGates = [new V1PodReadinessGate { ConditionType = Type }, new V1PodReadinessGate { ConditionType = "example.com/own" }] },
            });
        }

        if (binding)
        {
            edge.Add(new ResourceKey(TargetGroupBinding.Group, "TargetGroupBinding", "shop", "web"), new TargetGroupBinding
            {
                Metadata = new V1ObjectMeta { Name = "web" }, Spec = new TargetGroupBindingSpec { TargetGroupName = "web", ServiceRef = new ServiceReference { Name = "web", Port = 80 } },
            });
        }

        return edge;
    }
}
