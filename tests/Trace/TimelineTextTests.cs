using CsCheck;
using Usher.Model.Journeys;
using Usher.Trace.Text;

namespace Usher.Trace.Tests;

public sealed class TimelineTextTests
{
    [Fact]
    public async Task No_line_is_wider_than_the_terminal()
    {
        foreach (var scenario in Scenarios.All.Values)
        {
            var journey = await scenario();
            foreach (var width in new[] { 72, 80, 100, 132 })
            {
                foreach (var verbose in new[] { false, true })
                {
                    var text = TimelineText.Of(journey, new TimelineStyle { Width = width, Verbose = verbose });
                    Assert.All(text.Split('\n'), line => Assert.True(line.Length <= width, $"{line.Length} columns: {line}"));
                }
            }
        }
    }

    [Fact]
    public async Task Every_line_of_a_hop_says_how_it_is_known()
    {
        foreach (var verbose in new[] { false, true })
        {
            var text = TimelineText.Of(await Scenarios.All["node-port-refused"](), new TimelineStyle { Verbose = verbose });
            var lines = text.Split('\n').SkipWhile(line => line.Length < 3 || !char.IsAsciiDigit(line[1])).TakeWhile(line => line != EvidenceMark.Legend).Where(line => line.Length > 0).ToList();
            Assert.InRange(lines.Count, 10, 60);
            Assert.All(lines, line => Assert.Contains(line[3], "●◐○"));
        }
    }

    [Fact]
    public void What_is_notable_is_told_of_a_request_that_arrived_too_and_of_many_how_many_are_left()
    {
        Reason[] reasons = [new("rule 1", true, "is as expected"), .. Enumerable.Range(1, 7).Select(i => new Reason($"route {i}", false, "lost to another") { Notable = true })];
        var hop = new HopReport { Step = 5, Hop = Hop.Ingress, Name = "controller", Evidence = Evidence.Seen, StartMs = 1, DurationMs = 2, Decision = "to the pod", Reasons = reasons };
        var journey = new Journey { Id = "1", Method = "GET", Url = "http://a.com/", Status = 200, Outcome = "ok", Hops = [hop], StartedAt = TestRoad.Start, DurationMs = 4 };
        var lines = TimelineText.Of(journey, new TimelineStyle()).Split('\n');
        Assert.Equal([.. Enumerable.Range(1, 5).Select(i => $"   ● ✗ route {i}: lost to another"), "   ● 3 more reasons: --verbose"], lines.Where(l => l.Contains("route", StringComparison.Ordinal) || l.Contains("more reasons", StringComparison.Ordinal)));
        var few = TimelineText.Of(journey with { Hops = [hop with { Reasons = [.. reasons.Take(6)] }] }, new TimelineStyle());
        Assert.Contains("✗ route 5", few, StringComparison.Ordinal);
        Assert.DoesNotContain("--verbose", few, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_colour_there_is_no_escape_sequence()
    {
        foreach (var scenario in Scenarios.All.Values)
        {
            Assert.DoesNotContain('\u001b', TimelineText.Of(await scenario(), new TimelineStyle { Verbose = true }));
        }
    }

    [Fact]
    public void Whatever_comes_over_the_wire_is_printable() => Gen.String.Sample(wild =>
    {
        var journey = new Journey { Id = wild, Method = wild, Url = wild, Outcome = wild, Hops = [], StartedAt = TestRoad.Start, Problem = wild };
        var text = TimelineText.Of(journey, new TimelineStyle());
        Assert.DoesNotContain(text, c => char.IsControl(c) && c != '\n');
        Assert.DoesNotContain(new JourneyTable(new TimelineStyle()).Line(journey), char.IsControl);
    });
}
