using Usher.Tests.Otlp;
using Usher.Trace.Export;
using Usher.Trace.Otlp;

namespace Usher.Trace.Tests.Export;

/// <summary>The names of what spans tell, held against OpenTelemetry's own list of them.</summary>
public sealed class ConventionTests(NodeSdk sdk)
{
    [Fact]
    public async Task Each_attribute_is_one_of_the_conventions_or_says_that_it_is_ushers()
    {
        var names = (await sdk.NamesAsync()).ToHashSet(StringComparer.Ordinal);
        Assert.Contains("http.request.method", names);

        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var scenario in Scenarios.All.Values)
        {
            foreach (var span in Received.Of(SpanWriter.Write(JourneySpans.Of(await scenario())))) used.UnionWith(span.Attributes.Keys.Concat(span.Resource.Keys));
        }

        Assert.Contains("tls.cipher", used);
        Assert.Equal([], used.Where(name => !name.StartsWith("usher.", StringComparison.Ordinal) && !names.Contains(name)).Order(StringComparer.Ordinal));
    }
}
