using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using k8s;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Tests;

namespace Usher.Doorway.Files.Tests;

/// <summary>
/// Each folder of <c>tests/Golden/doorway-files</c> is a case. <c>args.txt</c> has its paths, one a line (default: the folder itself); <c>stdin.txt</c> is what <c>-</c> reads.
/// <c>errors.txt</c> has the errors that are wanted, <c>objects.txt</c> the objects where they are worth showing. <c>UPDATE_GOLDEN=1</c> writes them anew.
/// </summary>
public sealed class GoldenTests
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<string> Cases => Golden.Cases("doorway-files");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case(string name)
    {
        var folder = Golden.Folder("doorway-files", name);
        var errors = new ErrorList();
        var resources = FilesDoorway.Load(Paths(folder), AwsScope.Default, errors, Input(folder));

        Golden.Check(Path.Combine(folder, "errors.txt"), string.Concat(errors.All.Select(e => $"{e}\n")).Replace($"{folder}/", "", StringComparison.Ordinal).Replace(folder, ".", StringComparison.Ordinal));
        if (File.Exists(Path.Combine(folder, "objects.txt"))) Golden.Check(Path.Combine(folder, "objects.txt"), Summary(resources).Replace($"{folder}/", "", StringComparison.Ordinal));
    }

    private static string[] Paths(string folder)
    {
        var args = Path.Combine(folder, "args.txt");
        return File.Exists(args) ? [.. File.ReadAllLines(args).Where(l => l.Length > 0).Select(l => l == "-" ? l : Path.Combine(folder, l))] : [folder];
    }

    private static StringReader? Input(string folder)
    {
        var input = Path.Combine(folder, "stdin.txt");
        return File.Exists(input) ? new StringReader(File.ReadAllText(input)) : null;
    }

    private static string Summary(IReadOnlyList<Resource> resources)
    {
        var text = new StringBuilder();
        foreach (var resource in resources.OrderBy(r => r.Key.ToString(), StringComparer.Ordinal))
        {
            text.Append(resource.Key).Append(" (").Append(resource.Key.Group).Append(") ").Append(resource.Origin.File).Append(':').Append(resource.Origin.Line).Append('\n');
            text.Append("  ").Append(resource.Value is IKubernetesObject ? KubernetesJson.Serialize(resource.Value) : JsonSerializer.Serialize(resource.Value, Json)).Append('\n');
        }

        return text.ToString();
    }
}
