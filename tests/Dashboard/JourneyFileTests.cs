using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Usher.Dashboard.Saved;

namespace Usher.Dashboard.Tests;

public sealed partial class JourneyFileTests
{
    public static TheoryData<string> Cases => Journeys.All;

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_saved_journey_needs_nothing_besides_itself(string name)
    {
        var journey = Journeys.Of(name);

        var html = await SaveAsync(journey);

        Assert.StartsWith("<!DOCTYPE html>\n<html lang=\"en\">", html, StringComparison.Ordinal);
        Assert.Empty(Outside().Matches(html).Select(m => m.Value));
        Assert.Contains(journey.Id, html, StringComparison.Ordinal);
        Assert.Contains("&quot;hops&quot;", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_came_over_the_wire_is_text_in_it()
    {
        var journey = Journeys.Of("pod-500");

        var html = await SaveAsync(journey with { Url = "https://a/<script>alert(1)</script>", Problem = "</style><img src=x onerror=alert(1)>" });

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", html, StringComparison.Ordinal);
    }

    private static async Task<string> SaveAsync(Model.Journeys.Journey journey)
    {
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        return await new JourneyFile(services, NullLoggerFactory.Instance).OfAsync(journey);
    }

    [GeneratedRegex("<script|<link|<img|<iframe|@import|url\\(|\\s(?:src|href)=", RegexOptions.IgnoreCase)]
    private static partial Regex Outside();
}
