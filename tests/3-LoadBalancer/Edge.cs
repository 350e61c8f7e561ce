using System.Net;
using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.LoadBalancer.Tests;

/// <summary>
/// A small edge: load balancer "edge" (127.N.0.1), worker nodes i-0a1 (10.0.1.10, bound to 127.N.1.1) and i-0a2 (10.0.2.10, 127.N.1.2), pod
/// 10.0.1.77, and what a test adds. Everything is written in one file, so that errors can be told with their object.
/// </summary>
internal sealed class Edge
{
    internal static readonly AwsScope Scope = AwsScope.Default;
    internal static readonly RuleAction NotFound = Fixed(404);
    private static readonly Origin File = new("files", "edge.yaml", 1);
    private readonly byte network;
    private readonly List<Resource> resources = [];

    internal Edge(byte network = 18, params (string Key, string Value)[] attributes)
    {
        this.network = network;
        Add("LoadBalancer", "edge", new Model.Aws.LoadBalancer
        {
            LoadBalancerArn = Arn, Name = "edge", DnsName = AwsNames.LoadBalancerDnsName(Scope, "edge", false),
            Attributes = attributes.ToDictionary(a => a.Key, a => a.Value),
        });
        Node("i-0a1", "10.0.1.10", "us-east-1a");
        Node("i-0a2", "10.0.2.10", "us-east-1b");
        Pod("users-1", "10.0.1.77");
    }

    /// <summary>Gives the load balancer a node in each of these zones: 127.N.0.1, 127.N.0.2 and so on.</summary>
    internal Edge Zones(params string[] zones)
    {
        resources[0] = new Resource(resources[0].Key, ((Model.Aws.LoadBalancer)resources[0].Value) with { AvailabilityZones = zones }, File);
        return this;
    }

    internal static string Arn { get; } = AwsNames.LoadBalancerArn(Scope, "edge");

    internal ErrorList Errors { get; } = new();

    internal static string ListenerArn(int port) => AwsNames.ListenerArn(Scope, Arn, port);

    internal static RuleAction Forward(params string[] groups) => Weighted([.. groups.Select(g => (g, 1))]);

    internal static RuleAction Weighted(params (string Group, int Weight)[] groups) =>
        new() { Type = "forward", TargetGroups = [.. groups.Select(g => new TargetGroupTuple(AwsNames.TargetGroupArn(Scope, g.Group), g.Weight))] };

    internal static RuleAction Fixed(int status, string? type = null, string? body = null) =>
        new() { Type = "fixed-response", FixedResponse = new FixedResponseAction(status, type, body) };

    internal static RuleAction To(RedirectAction redirect) => new() { Type = "redirect", Redirect = redirect };

    internal static RuleCondition If(string field, params string[] values) => field.Split(':') switch
    {
        ["query-string"] => new() { Field = field, QueryStrings = [.. values.Select(Pair)] },
        ["http-header", var name] => new() { Field = "http-header", HttpHeaderName = name, Values = values },
        _ => new() { Field = field, Values = values },
    };

    /// <summary>The same condition with regular expressions for values.</summary>
    internal static RuleCondition Like(string field, params string[] regexes) => If(field, regexes) with { Values = [], RegexValues = regexes };

    internal Edge Listener(int port, RuleAction? action = null, string protocol = "HTTP", string policy = "ELBSecurityPolicy-TLS13-1-2-2021-06", string? balancer = null) =>
        Add("Listener", $"edge-{port}", new Listener
        {
            ListenerArn = ListenerArn(port), LoadBalancerArn = balancer ?? Arn, Port = port, Protocol = protocol, SslPolicy = policy, DefaultActions = [action ?? NotFound],
        });

    internal Edge Listener(int port, RuleAction action, string protocol, params (string Key, string Value)[] attributes) =>
        Add("Listener", $"edge-{port}", new Listener
        {
            ListenerArn = ListenerArn(port), LoadBalancerArn = Arn, Port = port, Protocol = protocol, SslPolicy = "ELBSecurityPolicy-TLS13-1-2-2021-06", DefaultActions = [action],
            Attributes = attributes.ToDictionary(a => a.Key, a => a.Value),
        });

    internal Edge Rule(int port, int priority, RuleAction action, params RuleCondition[] conditions) => Rule($"rule-{priority}", ListenerArn(port), priority, [action], conditions);

    internal Edge Rule(string name, string listener, int priority, RuleAction[] actions, params RuleCondition[] conditions) => Rule(name, listener, priority, actions, conditions, []);

    internal Edge Rule(string name, string listener, int priority, RuleAction[] actions, RuleCondition[] conditions, params RuleTransform[] transforms) =>
        Add("Rule", name, new ListenerRule
        {
            RuleArn = AwsNames.RuleArn(Scope, listener, name), ListenerArn = listener, Priority = priority, Conditions = conditions, Actions = actions, Transforms = transforms,
        });

    internal Edge Group(
        string name, string[] targets, string algorithm = "round_robin", Model.Aws.HealthCheck? check = null, string protocol = "HTTP") => Group(new TargetGroup
    {
        TargetGroupArn = AwsNames.TargetGroupArn(Scope, name), Name = name, Protocol = protocol, Port = 30080, HealthCheck = check ?? new(),
        Targets = [.. targets.Select(t => t.Split(':')).Select(t => new TargetDescription(t[0], t.Length > 1 ? int.Parse(t[1], null) : null))],
        Attributes = new Dictionary<string, string> { ["load_balancing.algorithm.type"] = algorithm },
    });

    internal Edge Group(TargetGroup group, string? name = null) => Add("TargetGroup", name ?? group.Name, group);

    /// <summary>A pod on a worker node.</summary>
    internal Edge PodOn(string name, string ip, string node) => Add(
        new ResourceKey("", "Pod", "shop", name),
        new V1Pod { Metadata = new V1ObjectMeta { Name = name }, Spec = new V1PodSpec { NodeName = node }, Status = new V1PodStatus { PodIP = ip } });

    internal Edge Add(string kind, string name, object value) => Add(new ResourceKey("elbv2.services.k8s.aws", kind, "shop", name), value);

    internal ErrorList Warnings { get; } = new();

    /// <summary>Compiles, and has this one error.</summary>
    internal void IsRefused(string error)
    {
        Compile();
        Assert.Equal([$"edge.yaml:1: {error}"], Errors.All.Select(e => e.ToString()));
    }

    internal Generation Compile(long number = 1, AddressPlan? previous = null)
    {
        var state = new DesiredState(resources);
        var context = new CompileContext(state, AddressPlan.Empty, Scope, Errors);
        var claims = new LoadBalancerClaims().Claims(context)
            .Concat(state.All<V1Node>().Select(n => new AddressClaim(n.Key, AddressBlock.Node, IPAddress.Parse(n.Value.Status.Addresses[0].Address))))
            .Concat(state.All<V1Pod>().Select(p => new AddressClaim(p.Key, AddressBlock.Pod, IPAddress.Parse(p.Value.Status.PodIP))));
        var plan = (previous ?? AddressPlan.In(new LoopbackRange(network))).Next(claims);
        return new Generation(number, state, plan, [new LoadBalancerCompiler().Compile(context with { Addresses = plan, Warnings = Warnings })]);
    }

    internal Generation CompileValid(long number = 1, AddressPlan? previous = null)
    {
        var generation = Compile(number, previous);
        Assert.Empty(Errors.All);
        return generation;
    }

    private static QueryStringPair Pair(string text) =>
        text.IndexOf('=', StringComparison.Ordinal) is var at and >= 0 ? new(text[..at], text[(at + 1)..]) : new(null, text);

    private void Node(string id, string ip, string zone) => Add(new ResourceKey("", "Node", "", id), new V1Node
    {
        Metadata = new V1ObjectMeta { Name = id }, Spec = new V1NodeSpec { ProviderID = $"aws:///{zone}/{id}" },
        Status = new V1NodeStatus { Addresses = [new V1NodeAddress { Type = "InternalIP", Address = ip }] },
    });

    private void Pod(string name, string ip) =>
        Add(new ResourceKey("", "Pod", "shop", name), new V1Pod { Metadata = new V1ObjectMeta { Name = name }, Status = new V1PodStatus { PodIP = ip } });

    internal Edge Add(ResourceKey key, object value)
    {
        resources.Add(new Resource(key, value, File));
        return this;
    }
}

/// <summary>Requests as text: <c>GET https://api.example.com:8443/v1?x=1 | X-Canary: yes | from 10.0.0.1</c>.</summary>
internal static class Ask
{
    internal static RequestFacts For(string text)
    {
        var parts = text.Split(" | ");
        var (method, url) = (parts[0][..parts[0].IndexOf(' ', StringComparison.Ordinal)], parts[0][(parts[0].IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        var authority = url[(url.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var (host, port) = RequestFacts.SplitHost(authority[..authority.IndexOf('/', StringComparison.Ordinal)]);
        var (path, query) = RequestFacts.SplitTarget(url);
        var from = parts.FirstOrDefault(p => p.StartsWith("from ", StringComparison.Ordinal));
        return new RequestFacts
        {
            Method = method, Scheme = url[..url.IndexOf(':', StringComparison.Ordinal)], Host = host, HostPort = port, Path = path, Query = query,
            Source = IPAddress.Parse(from?[5..] ?? "203.0.113.7"),
            Headers = [.. parts.Skip(1).Where(p => p != from).Select(p => p.Split(": ")).Select(p => new KeyValuePair<string, string>(p[0], p[1]))],
        };
    }
}

/// <summary>An edge with living states that a test sets, deciding without any socket.</summary>
internal sealed class Desk
{
    internal Desk(Edge edge, TimeProvider? time = null)
    {
        Table = new TargetTable(time);
        Generation = edge.CompileValid();
        Table.Prepare(Snapshot.TargetGroups);
        foreach (var target in Snapshot.TargetGroups.SelectMany(g => Table.Of(g).Targets)) target.Health = TargetHealth.Healthy;
    }

    internal Generation Generation { get; }

    internal LoadBalancerSnapshot Snapshot => Generation.Get<LoadBalancerSnapshot>();

    internal TargetTable Table { get; }

    internal ListenerPlan Listener => Snapshot.Listeners[0];

    internal TargetState Target(string group, int index) => Table.Of(Snapshot.TargetGroups.Single(g => g.Name == group)).Targets[index];

    internal LoadBalancerDecision Decide(RequestFacts facts, Draw draw = default, bool sends = true, RequestProtocol spoken = RequestProtocol.Http1) =>
        LoadBalancerDecision.Make(Listener, new LivingStates(Table, sends), facts, spoken, draw);

    /// <summary>The rule, and where it leads: <c>rule 10 → web i-0a1:30080</c>, <c>default rule → fixed-response</c>.</summary>
    internal string Chosen(string request, double draw = 0)
    {
        var decision = Decide(Ask.For(request), new Draw((ulong)(draw * ulong.MaxValue)));
        var choice = decision.Choice;
        return $"{choice.Rule.Label} → "
            + (choice.Rule.Action is ForwardPlan ? $"{choice.Group?.Name ?? "none"} {decision.Target?.Label ?? "none"}" : LoadBalancerDecision.ActionName(choice.Rule.Action));
    }
}
