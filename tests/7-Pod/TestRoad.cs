using System.Collections.Immutable;
using System.Net;
using k8s;
using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

// Pods are processes, in namespaces of their own where the user may have them.
[assembly: Trait("user", "matters")]

namespace Usher.Pod.Tests;

/// <summary>
/// A road of pods only, from manifests. Address plan: each instance has a network of its own, 127.N, from 60 upward.
/// A line <c># image NAME: COMMAND ARGS</c> in the manifests stands for <c>images:</c> in <c>usher.yaml</c>.
/// </summary>
internal sealed class TestRoad : IGenerationSource
{
    private static int lastNetwork = 59;
    private readonly LoopbackRange range;

    public TestRoad(byte? network = null) => range = new LoopbackRange(network ?? (byte)(60 + Interlocked.Increment(ref lastNetwork) % 180));

    public PodOptions Options { get; set; } = new(StandInOnly: false, Path.Combine(Path.GetTempPath(), $"usher-pod-tests-{Guid.NewGuid():N}"));

    public LoopbackRange Range => range;

    /// <summary>What the controllers see; nothing unless told.</summary>
    public Func<Observed> Observe { get; set; } = () => Observed.Nothing;

    public List<IBuiltInImage> BuiltIns { get; } = [];

    /// <summary>Where the cluster's DNS is; null for a road without.</summary>
    public IPEndPoint? Dns { get; set; }

    public Generation Current { get; private set; } = Generation.None;

    /// <summary>The generation that follows the current one.</summary>
    public Generation Next(string yaml, ErrorList errors, string? workingDirectory = null, ErrorList? warnings = null)
    {
        var plan = Current.Number == 0 ? AddressPlan.In(range) : Current.Addresses;
        var context = new CompileContext(new DesiredState(Load(yaml, workingDirectory ?? Path.GetTempPath())), plan, AwsScope.Default, errors)
        {
            Observed = Observe(), Running = Current, Warnings = warnings ?? new ErrorList(),
        };
        context = context with { State = context.State.With(new PodReconciler(null, Options, BuiltIns).Reconcile(context, Current.State)) };
        context = context with { Addresses = plan.Next(new PodClaims().Claims(context).Concat(Services(context.State))) };
        return new Generation(Current.Number + 1, context.State, context.Addresses, [new PodCompiler(Options, BuiltIns, Dns is null ? [] : [new FixedDns(Dns)]).Compile(context)]);
    }

    /// <summary>Makes the next generation the current one; there must be no error.</summary>
    public Generation Publish(string yaml, string? workingDirectory = null)
    {
        var errors = new ErrorList();
        var next = Next(yaml, errors, workingDirectory);
        Assert.Empty(errors.All);
        return Publish(next);
    }

    // As the Services' hop claims them.
    private static IEnumerable<AddressClaim> Services(DesiredState state) => state.All<V1Service>().Where(s => s.Value.Spec?.ClusterIP is not (null or "None"))
        .Select(s => new AddressClaim(s.Key, AddressBlock.Service, IPAddress.Parse(s.Value.Spec.ClusterIP)));

    public Generation Publish(Generation next) => Current = next;

    public ImmutableArray<PodPlan> Pods => Current.Get<PodSnapshot>().Pods;

    public PodPlan Pod(string start) => Pods.Single(p => p.Key.Name.StartsWith(start, StringComparison.Ordinal));

    public const string Node = """
        apiVersion: v1
        kind: Node
        metadata: { name: node-1 }
        status: { addresses: [{ type: InternalIP, address: 10.0.1.10 }] }
        ---

        """;

    /// <summary>A node, and one pod <c>a</c> with one container; container and spec are YAML in flow style, without the braces.</summary>
    public static string OnePod(string container, string spec = "", string image = "app:1") => $$"""
        {{Node}}apiVersion: v1
        kind: Pod
        metadata: { name: a, namespace: shop, labels: { app: a } }
        spec:
          {{(spec.Length > 0 ? spec : "enableServiceLinks: true")}}
          containers:
            - { name: c, image: "{{image}}", {{container}} }
        """;

    /// <summary>The lines that map an image to a command.</summary>
    public static string Image(string command, string image = "app:1") => $"# image {image}: {command}\n";

    /// <summary>A port that nobody uses on 127.0.0.1, so most likely nowhere.</summary>
    public static int FreePort() => Usher.Tests.FreePort.Next();

    /// <summary>The objects of manifests.</summary>
    public static IEnumerable<Resource> Load(string yaml, string workingDirectory)
    {
        foreach (var item in KubernetesYaml.LoadAllFromString(yaml.TrimEnd().TrimEnd('-')).OfType<IKubernetesObject<V1ObjectMeta>>())
        {
            var slash = item.ApiVersion.IndexOf('/', StringComparison.Ordinal);
            var ns = item is V1Node ? "" : item.Metadata.NamespaceProperty ?? "default";
            yield return new Resource(new ResourceKey(slash < 0 ? "" : item.ApiVersion[..slash], item.Kind, ns, item.Metadata.Name), item, new Origin("test"));
        }

        foreach (var line in yaml.Split('\n').Where(l => l.StartsWith("# image ", StringComparison.Ordinal)))
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            var image = line[8..colon];
            var command = line[(colon + 2)..].Trim();
            yield return new Resource(ImageCommand.KeyOf(image), new ImageCommand
            {
                // A shell's program is one word.
                Image = image,
                Command = command.StartsWith("sh -c ", StringComparison.Ordinal) ? ["sh", "-c", command[6..]] : command.Split(' '),
                WorkingDirectory = workingDirectory,
            }, new Origin("test"));
        }
    }

    private sealed class FixedDns(IPEndPoint place) : IClusterDns
    {
        public IPEndPoint? Bound(Generation generation) => place;
    }
}
