using System.Collections.Immutable;
using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Pod.Tests;

/// <summary>The end of the road, as explain and the journey tell it.</summary>
public sealed class PodStepTests
{
    private readonly TestRoad road = new();
    private readonly AssumedPods pods = new();

    [Fact]
    public void A_process_pod_answers_on_its_declared_port()
    {
        road.Publish(TestRoad.Image("run") + TestRoad.OnePod("ports: [{ name: http, containerPort: 80 }]"));
        var taken = Take(8080);

        Assert.Equal((Hop.Pod, null), (taken.AnsweredBy, taken.Status));
        Assert.Null(taken.Next);
        var account = Tell(taken);
        Assert.True(account.Ok);
        Assert.Equal("shop/a", account.Name);
        Assert.Equal("a process (app:1) answers at 10.0.1.100:80 on node node-1", account.Decision);
        Assert.Equal("process", (string)account.Facts["runtime"]!);
        Assert.Equal("http", (string)account.Facts["portName"]!);
        Assert.Equal("10.0.1.100:80", (string)account.Facts["declared"]!);
        Assert.Equal($"{road.Pod("a").Address!.Bound}:8080", (string)account.Facts["bound"]!);
        Assert.Equal("assumed ready", (string)account.Facts["message"]!);
    }

    [Fact]
    public void A_stand_ins_answer_is_known_and_it_says_what_has_no_effect()
    {
        road.Publish(TestRoad.OnePod("ports: [{ containerPort: 80 }], volumeMounts: [{ name: v, mountPath: /v }]"));
        var taken = Take(8080);

        Assert.Equal((Hop.Pod, 200), (taken.AnsweredBy, taken.Status));
        Assert.True((bool)Tell(taken).Facts["standIn"]!);
        Assert.Equal("""["spec.containers[0].volumeMounts"]""", Tell(taken).Facts["notApplied"]!.ToJsonString());
    }

    [Fact]
    public void A_port_that_a_stand_in_does_not_have_refuses()
    {
        road.Publish(TestRoad.OnePod("ports: [{ containerPort: 80 }], readinessProbe: { tcpSocket: { port: 9000 } }"));

        Assert.Equal(200, Take(9000).Status);
        var taken = Take(9090);
        Assert.Null(taken.AnsweredBy);
        Assert.Equal((false, "pod.nothing-listens"), (Tell(taken).Ok, Tell(taken).Outcome));
        Assert.Contains(Tell(taken).Reasons, r => r is { Candidate: "port 9090", Chosen: false } && r.Why.Contains("it declares 80", StringComparison.Ordinal));
    }

    [Fact]
    public void A_port_that_a_process_does_not_declare_may_still_be_its()
    {
        road.Publish(TestRoad.Image("run") + TestRoad.OnePod("ports: [{ containerPort: 80 }]"));
        var account = Tell(Take(9090));
        Assert.True(account.Ok);
        Assert.Contains("doesn't declare this port", account.Decision, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pod_that_does_not_run_accepts_nothing_and_one_that_is_not_ready_does()
    {
        road.Publish(TestRoad.Image("run") + TestRoad.OnePod("ports: [{ containerPort: 80 }]"));
        var key = road.Pod("a").Key;
        var living = new FixedPods(new PodStatus(key, PodRuntime.Process, "Running", false, false, 2, 77, "Readiness probe failed: HTTP probe failed with statuscode: 503") { Gates = 2, OpenGates = 1 });

        var account = Tell(new PodStep(living).Take(road.Current, At(8080))!);
        Assert.True(account.Ok);
        Assert.Equal("process 77 (app:1) answers at 10.0.1.100:80 on node node-1, though it isn't ready", account.Decision);
        Assert.Equal(2, (int)account.Facts["restarts"]!);
        Assert.Equal("1/2", (string)account.Facts["readinessGates"]!);
        Assert.Contains(account.Reasons, r => r.Candidate == "ready" && r.Why.EndsWith("503", StringComparison.Ordinal));

        Assert.Equal("pod.not-running", Tell(new PodStep(new FixedPods()).Take(road.Current, At(8080))!).Outcome);
    }

    [Fact]
    public void Others_addresses_and_parts_of_Usher_are_left_to_others()
    {
        road.BuiltIns.Add(new Everything());
        road.Publish(TestRoad.OnePod("ports: [{ containerPort: 80 }]"));
        pods.Assume(road.Current);

        Assert.Null(new PodStep(pods).Take(road.Current, At(8080)));
        Assert.Null(new PodStep(pods).Take(road.Current, At(8080) with { Address = IPEndPoint.Parse("127.0.0.1:80") }));
        Assert.Null(new PodStep(pods).Take(road.Current, At(8080) with { Address = null, Name = "a.example" }));
        // The journey may ask for it all the same.
        Assert.Equal("built-in", (string)new PodAccounts(road, pods).Account(At(8080).Address!)!.Facts["runtime"]!);
    }

    [Fact]
    public void A_recorded_decision_is_told_as_it_was()
    {
        road.Publish(TestRoad.Image("run") + TestRoad.OnePod("ports: [{ containerPort: 80 }]"));
        var plan = road.Pod("a");
        var then = new PodDecision(plan, new PodStatus(plan.Key, PodRuntime.Process, "Running", true, false, 0, 5, null), new IPEndPoint(plan.Address!.Bound, 8080));
        pods.Assume(road.Current);

        var taken = new PodStep(pods).Take(road.Current, At(8080) with { Given = [then] })!;

        Assert.Same(then, Assert.Single(taken.Decisions));
        Assert.Equal(5, (int)Tell(taken).Facts["processId"]!);
    }

    [Fact]
    public void The_account_of_a_bound_endpoint()
    {
        road.Publish(TestRoad.OnePod("ports: [{ containerPort: 80 }]"));
        pods.Assume(road.Current);
        var accounts = new PodAccounts(road, pods);

        Assert.Equal("a stand-in for app:1 answers at 10.0.1.100:80 on node node-1", accounts.Account(At(8080).Address!)!.Decision);
        Assert.Null(accounts.Account(IPEndPoint.Parse("127.0.0.1:80")));
    }

    [Fact]
    public void Assumed_pods_without_a_node_are_pending()
    {
        road.Publish(TestRoad.OnePod("ports: []", "nodeSelector: { disk: tape }"));
        pods.Assume(road.Current);
        var status = Assert.Single(pods.Current.Values);
        Assert.Equal(("Pending", false), (status.Phase, status.Ready));
        Assert.Equal("0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector", status.Message);
    }

    private Traveller At(int port) => new()
    {
        Request = new RequestFacts { Method = "GET", Scheme = "http", Host = "a.example", Path = "/", Source = IPAddress.Loopback },
        Address = new IPEndPoint(road.Pod("a").Address!.Bound, port),
    };

    private StepTaken Take(int port)
    {
        pods.Assume(road.Current);
        return new PodStep(pods).Take(road.Current, At(port))!;
    }

    private static HopAccount Tell(StepTaken taken) => Assert.Single(Assert.Single(taken.Decisions).Tell());

    private sealed class FixedPods(params PodStatus[] pods) : IPodDirectory
    {
        public ImmutableDictionary<ResourceKey, PodStatus> Current { get; } = pods.ToImmutableDictionary(p => p.Key);

        public event Action? Changed
        {
            add { }
            remove { }
        }
    }

    private sealed class Everything : IBuiltInImage
    {
        public bool Serves(k8s.Models.V1Container container) => true;

        public Task<IRunningPod> StartAsync(PodStart start, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
