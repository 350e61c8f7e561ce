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
