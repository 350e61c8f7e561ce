using System.Text.Encodings.Web;
using System.Text.Json;
using Usher.Model.Journeys;
using Usher.Tests;
using Usher.Trace.Text;

namespace Usher.Trace.Tests;

/// <summary>
/// Each folder of <c>tests/Golden/trace</c> holds a <c>journey.json</c> and what a person is shown of it: <c>plain.txt</c> (80 columns),
/// <c>verbose.txt</c> (120 columns) and <c>colour.txt</c> where it is there. The journeys of <see cref="Scenarios"/> are assembled from
/// records; the others were written by hand. <c>UPDATE_GOLDEN=1</c> writes the expectations anew.
/// </summary>
public sealed class GoldenTests
{
    private static readonly JourneyJson Json = new(new JsonSerializerOptions(JourneyJson.Default.Options)
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static TheoryData<string> Assembled => [.. Scenarios.All.Keys];

    public static TheoryData<string> Shown =>
        [.. Directory.GetDirectories(Golden.Folder("trace")).Select(d => Path.GetFileName(d)!).Union(Scenarios.All.Keys).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Assembled))]
    public async Task Records_become_the_journey(string name) =>
        Golden.Check(Golden.Folder("trace", name, "journey.json"), JsonSerializer.Serialize(await Scenarios.All[name](), Json.Journey) + "\n");

    [Theory]
    [InlineData(80)]
    [InlineData(132)]
    public async Task Journeys_become_a_table(int width)
    {
        var table = new JourneyTable(new TimelineStyle { Width = width });
        List<string> lines = [table.Heading];
        foreach (var scenario in Scenarios.All.Values) lines.Add(table.Line(await scenario()));
        lines.Add(table.Skipped(1234));

        Golden.Check(Golden.Folder("trace-tables", $"journeys-{width}.txt"), string.Join('\n', lines) + "\n");
        Assert.All(lines.SkipLast(1), line => Assert.InRange(line.Length, 1, width));
    }

    [Theory]
    [MemberData(nameof(Shown))]
    public async Task A_journey_becomes_text(string name)
    {
        var folder = Golden.Folder("trace", name);
        var journey = Golden.Rewrites && Scenarios.All.TryGetValue(name, out var assemble)
            ? await assemble()
            : JsonSerializer.Deserialize(await File.ReadAllTextAsync(Path.Combine(folder, "journey.json")), Json.Journey)!;
        Golden.Check(Path.Combine(folder, "plain.txt"), TimelineText.Of(journey, new TimelineStyle()));
        Golden.Check(Path.Combine(folder, "verbose.txt"), TimelineText.Of(journey, new TimelineStyle { Width = 120, Verbose = true }));
        var colour = Path.Combine(folder, "colour.txt");
        if (File.Exists(colour)) Golden.Check(colour, TimelineText.Of(journey, new TimelineStyle { Colour = true }));
    }
}
