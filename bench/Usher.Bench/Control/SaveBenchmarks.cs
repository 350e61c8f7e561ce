using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using BenchmarkDotNet.Attributes;
using Usher.Bench.Road;
using Usher.Doorway.Files;
using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.Bench.Control;

/// <summary>What a save of one Ingress among many costs before anything is started: reading it, and compiling the next generation.</summary>
[SupportedOSPlatform("linux")]
public class SaveBenchmarks : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("usher-bench-").FullName;
    private CompiledRoad road = null!;
    private ManifestSource source = null!;
    private IReadOnlyList<Resource>[] loads = [];
    private string[] texts = [];
    private int saves;

    /// <summary>How many Ingresses there are, each with a host of its own.</summary>
    [Params(1_000, 10_000)]
    public int Hosts { get; set; }

    /// <summary>Compiles the first generation, and loads both states that a save goes to and fro between.</summary>
    [GlobalSetup]
    public void Start()
    {
        road = new CompiledRoad();
        texts = [Manifests("/a"), Manifests("/b")];
        source = new ManifestSource([folder], AwsScope.Default, TextReader.Null);
        loads = [Load(0), Load(1)];
        Compile();
    }

    /// <summary>Until the changed object is there.</summary>
    [Benchmark]
    public object Read() => Load(saves++ % 2);

    /// <summary>From the objects to the next generation.</summary>
    [Benchmark]
    public object Compile() => road.Compile(loads[saves++ % 2], new ErrorList());

    /// <summary>Takes everything away.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        road.Dispose();
        Directory.Delete(folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private IReadOnlyList<Resource> Load(int text)
    {
        File.WriteAllText(Path.Combine(folder, "road.yaml"), texts[text]);
        var errors = new ErrorList();
        var loaded = source.LoadIfChanged(errors)?.Resources ?? loads[text];
        return errors.IsEmpty ? loaded : throw new InvalidOperationException(string.Join('\n', errors.All));
    }

    private string Manifests(string path)
    {
        var text = new StringBuilder(File.ReadAllText(Checkout.At("bench/load/road/manifests/kubernetes.yaml")));
        text.Append("\n---\n").Append(File.ReadAllText(Checkout.At("bench/load/road/manifests/edge.yaml")));
        for (var i = 1; i <= Hosts; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{ name: h{i}, namespace: shop }}\nspec:\n  ingressClassName: nginx\n  rules:\n    - host: h{i}.example.com\n");
            text.Append(CultureInfo.InvariantCulture, $"      http: {{ paths: [{{ path: {(i == Hosts / 2 ? path : "/v1/users")}, pathType: Prefix, backend: {{ service: {{ name: users, port: {{ name: http }} }} }} }}] }}\n");
        }

        return text.ToString();
    }
}
