using System.Globalization;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Usher.Bench.Control;
using Usher.Doorway.Files;
using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.Bench.Routes;

/// <summary>
/// <c>compile</c>: what each kind of change costs on a road of many Ingresses, before anything is started: reading it, and compiling the next generation. Prints rows of a table.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class CompileCommand : IDisposable
{
    internal const string Usage = "usage: compile FOLDER    FOLDER: the manifests, which have a Service shop/users; files are added there";

    private const int Times = 50;
    private static readonly TimeProvider Time = TimeProvider.System;

    private readonly string folder;
    private readonly CompiledRoad road = new();
    private readonly ManifestSource source;

    private CompileCommand(string folder)
    {
        this.folder = folder;
        source = new ManifestSource([folder], AwsScope.Default, TextReader.Null);
    }

    /// <returns>0; 2 on wrong usage.</returns>
    internal static int Run(string[] args)
    {
        if (args.Length != 1 || !Directory.Exists(args[0]))
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        using var command = new CompileCommand(Path.GetFullPath(args[0]));
        command.Measure();
        return 0;
    }

    public void Dispose() => road.Dispose();

    private void Measure()
    {
        string[] secrets = [Secret(1), Secret(2)];
        Write("x-ingress.yaml", Ingress("x", "/0"));
        Write("x-service.yaml", Service("x", 0));
        Write("x-secret.yaml", secrets[0]);
        var errors = new ErrorList();
        road.Compile(source.Load(errors).Resources, errors);

        Row("an Ingress's path", "x-ingress.yaml", i => Ingress("x", $"/{i}"));
        Row("an Ingress's annotation", "x-ingress.yaml", i => Ingress("x", "/0", $"proxy-read-timeout: \"{i + 1}\""));
        Row("a Service that one Ingress names", "x-service.yaml", i => Service("x", i));
        Row("a Secret that one Ingress names", "x-secret.yaml", i => secrets[i % 2]);
        // In turns.
        var each = Changes("more-ingress.yaml", i => i % 2 == 1 ? Ingress("more", "/0") : null, 2 * Times).Index().ToLookup(c => c.Index % 2 == 0, c => c.Item);
        Print("an Ingress comes, in a file of its own", each[true]);
        Print("an Ingress goes", each[false]);
    }

    private void Row(string label, string file, Func<int, string?> text) => Print(label, Changes(file, text, Times));

    /// <summary>How long each change took to read, and to compile.</summary>
    private List<(double Read, double Compile)> Changes(string file, Func<int, string?> text, int times)
    {
        var changes = new List<(double Read, double Compile)>();
        for (var i = 1; i <= times + 10; i++)
        {
            Write(file, text(i));
            var (errors, path) = (new ErrorList(), Path.Combine(folder, file));
            var began = Time.GetTimestamp();
            var loaded = source.LoadWhole(path, () => true) ?? source.LoadIfChanged(errors, new HashSet<string> { path });
            var read = Time.GetElapsedTime(began);
            began = Time.GetTimestamp();
            road.Compile(loaded?.Resources ?? throw new InvalidOperationException($"{file} changed nothing"), errors);
            // What comes first is compiled as it runs.
            if (i > 10) changes.Add((read.TotalMilliseconds, Time.GetElapsedTime(began).TotalMilliseconds));
        }

        return changes;
    }

    private static void Print(string label, IEnumerable<(double Read, double Compile)> changes)
    {
        var (reads, compiles) = (changes.Select(c => c.Read).Order().ToList(), changes.Select(c => c.Compile).Order().ToList());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {label} | {reads[reads.Count / 2]:0.00} | {compiles[compiles.Count / 2]:0.00} |"));
    }

    private void Write(string file, string? text)
    {
        var path = Path.Combine(folder, file);
        if (text is null) File.Delete(path);
        else File.WriteAllText(path, text);
    }

    private static string Ingress(string name, string path, string annotation = "proxy-read-timeout: \"60\"") => $$"""
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: { name: {{name}}, namespace: shop, annotations: { nginx.ingress.kubernetes.io/{{annotation}} } }
        spec:
          ingressClassName: nginx
          tls: [{ hosts: [{{name}}.example.com], secretName: x }]
          rules:
            - host: {{name}}.example.com
              http: { paths: [{ path: {{path}}, pathType: Prefix, backend: { service: { name: x, port: { name: http } } } }] }

        """;

    private static string Service(string name, int i) =>
        $"apiVersion: v1\nkind: Service\nmetadata: {{ name: {name}, namespace: shop }}\nspec: {{ selector: {{ app: users }}, ports: [{{ name: http, port: {1000 + i}, targetPort: http }}] }}\n";

    private static string Secret(int serial)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=x{serial}.example.com", key, HashAlgorithmName.SHA256);
        var now = Time.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        var (crt, pem) = (certificate.ExportCertificatePem().ReplaceLineEndings("\n    "), key.ExportPkcs8PrivateKeyPem().ReplaceLineEndings("\n    "));
        return $"apiVersion: v1\nkind: Secret\nmetadata: {{ name: x, namespace: shop }}\ntype: kubernetes.io/tls\nstringData:\n  tls.crt: |\n    {crt}\n  tls.key: |\n    {pem}\n";
    }
}
