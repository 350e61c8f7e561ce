using System.Text.Json.Serialization;

namespace Usher.Cli.Browser;

/// <summary>What a browser measured of a page (W3C Navigation Timing, Resource Timing, Paint Timing). Milliseconds from the page's time origin.</summary>
internal sealed record PageLoad
{
    public double TimeOrigin { get; init; }

    public required NavigationTiming Navigation { get; init; }

    public IReadOnlyList<ResourceTiming> Resources { get; init; } = [];

    public double? FirstPaint { get; init; }

    public double? FirstContentfulPaint { get; init; }
}

/// <summary>The page itself.</summary>
internal sealed record NavigationTiming
{
    public required string Url { get; init; }

    public string Protocol { get; init; } = "";

    public int Status { get; init; }

    public double DomainLookupStart { get; init; }

    public double DomainLookupEnd { get; init; }

    public double ConnectStart { get; init; }

    public double SecureConnectionStart { get; init; }

    public double ConnectEnd { get; init; }

    public double RequestStart { get; init; }

    public double ResponseStart { get; init; }

    public double ResponseEnd { get; init; }

    public double DomInteractive { get; init; }

    public double DomContentLoaded { get; init; }

    public double Load { get; init; }

    public double TransferSize { get; init; }

    public IReadOnlyList<ServerTimingMetric> ServerTiming { get; init; } = [];
}

/// <summary>Something that the page asked for.</summary>
internal sealed record ResourceTiming
{
    public required string Url { get; init; }

    public string Initiator { get; init; } = "";

    public string Protocol { get; init; } = "";

    public int Status { get; init; }

    public double Start { get; init; }

    public double ResponseStart { get; init; }

    public double End { get; init; }

    public double TransferSize { get; init; }
}

/// <summary>What a server told of its own time in a response's <c>Server-Timing</c> header, as the browser read it.</summary>
internal sealed record ServerTimingMetric
{
    public required string Name { get; init; }

    public string Description { get; init; } = "";

    public double Duration { get; init; }
}

/// <summary>Reads what the page's script collected.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PageLoad))]
internal sealed partial class PageLoadJson : JsonSerializerContext;
