using System.Collections.Immutable;
using System.Net;
using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Tests;

namespace Usher.Service.Tests;

/// <summary>Manifests compiled as Control compiles them, with pods whose life the test tells.</summary>
internal sealed class TestCluster
{
    public TestCluster(string yaml, TestCluster? previous = null, TimeProvider? time = null, ServiceOptions? options = null)
    {
        var state = new DesiredState(ClusterYaml.Read(yaml));
        var before = previous?.Generation ?? Generation.None;
        var context = new CompileContext(state, before.Addresses, AwsScope.Default, Errors);
        context = context with { State = state.With(new ServiceReconciler().Reconcile(context, before.State)) };
        context = context with { State = context.State.With(new EndpointsMirror().Reconcile(context, before.State)) };
        var claims = new ServiceClaims().Claims(context)
            .Concat(context.State.All<V1Node>().Select(n => new AddressClaim(n.Key, AddressBlock.Node, IPAddress.Parse(n.Value.Status.Addresses[0].Address))))
            .Concat(context.State.All<V1Pod>().Select(p => new AddressClaim(p.Key, AddressBlock.Pod, IPAddress.Parse(p.Value.Status.PodIP))));
        context = context with { Addresses = before.Addresses.Next(claims) };
        Warnings = context.Warnings;
        Generation = new Generation(before.Number + 1, context.State, context.Addresses, [new ServiceCompiler().Compile(context)]);
        Pods = previous?.Pods ?? new TestPods();
        Pods.Start(context.State.All<V1Pod>().Select(p => p.Key));
        var endpoints = new EndpointTable(Pods);
        Proxies = new KubeProxies(Pods, endpoints, options ?? ServiceOptions.Immediate, time ?? TimeProvider.System);
        Fronts = new ServiceFronts(endpoints, new AffinityTable(time ?? TimeProvider.System), Proxies);
        Reports = new ServiceReports(endpoints, Fronts);
    }

    public ErrorList Errors { get; } = new();

    public ErrorList Warnings { get; }

    public Generation Generation { get; }

    public TestPods Pods { get; }

    public ServiceFronts Fronts { get; private set; }

    public KubeProxies Proxies { get; private set; }

    public ServiceReports Reports { get; }

    public ServiceSnapshot Snapshot => Generation.Get<ServiceSnapshot>();

    /// <summary>Publishes this generation on the nodes of the one before.</summary>
    public void Follow(TestCluster before)
    {
        (Fronts, Proxies) = (before.Fronts, before.Proxies);
        Proxies.Publish(Snapshot);
    }

    /// <summary>The front with this declared address.</summary>
    public Front Front(string declared) => Snapshot.Fronts.Single(f => f.Address.Declared.ToString() == declared);

    /// <summary>The bound address of <c>pod ns/name</c>, <c>node name</c> or <c>outside</c>.</summary>
    public IPAddress Source(string who) => who.Split(' ', '/') switch
    {
        ["pod", var ns, var name] => Generation.Addresses.Of(PodKey(ns, name)).Bound,
        ["node", var name] => Generation.Addresses.Of(new ResourceKey("", "Node", "", name)).Bound,
        ["outside"] => IPAddress.Loopback,
        _ => IPAddress.Parse(who),
    };

    public FrontDecision Decide(string declared, string from = "outside", double draw = 0) =>
        Fronts.Decide(Snapshot, Front(declared), Source(from), new Draw((ulong)(draw * ulong.MaxValue)));

    /// <summary>The name of the endpoint chosen, or what happened instead.</summary>
    public string Chosen(string declared, string from = "outside", double draw = 0)
    {
        var decision = (ServiceDecision)Decide(declared, from, draw).Decision;
        return decision.Endpoint?.Name ?? decision.Choice.Verdict.ToString();
    }

    public static ResourceKey PodKey(string ns, string name) => new("", "Pod", ns, name);
}

/// <summary>A directory of pods that a test writes.</summary>
internal sealed class TestPods : IPodDirectory
{
    public ImmutableDictionary<ResourceKey, PodStatus> Current { get; private set; } = ImmutableDictionary<ResourceKey, PodStatus>.Empty;

    public event Action? Changed;

    public void Start(IEnumerable<ResourceKey> pods)
    {
        foreach (var key in pods.Where(k => !Current.ContainsKey(k))) Set(new PodStatus(key, PodRuntime.StandIn, "Running", true, false, 0, null, null));
    }

    /// <summary><c>ready</c>, <c>not-ready: why</c>, <c>terminating</c>, <c>terminating-not-ready</c>, <c>failed</c>, <c>unknown</c>.</summary>
    public void Set(string pod, string life)
    {
        var key = TestCluster.PodKey(pod.Split('/')[0], pod.Split('/')[1]);
        if (life == "unknown")
        {
            Current = Current.Remove(key);
            Changed?.Invoke();
            return;
        }

        var message = life.Contains(": ", StringComparison.Ordinal) ? life[(life.IndexOf(": ", StringComparison.Ordinal) + 2)..] : null;
        Set(new PodStatus(key, PodRuntime.StandIn, life == "failed" ? "Failed" : "Running", life is "ready" or "terminating",
            life.StartsWith("terminating", StringComparison.Ordinal), 0, null, message));
    }

    private void Set(PodStatus status)
    {
        Current = Current.SetItem(status.Key, status);
        Changed?.Invoke();
    }
}
