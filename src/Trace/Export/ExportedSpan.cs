using Usher.Trace.Otlp;

namespace Usher.Trace.Export;

/// <summary>A span of the road as it is exported. Times are nanoseconds of the wall clock since 1970; values of attributes are text, flags, whole numbers, fractions or lists of text.</summary>
internal sealed record ExportedSpan
{
    /// <summary>32 hex digits.</summary>
    public required string TraceId { get; init; }

    /// <summary>16 hex digits.</summary>
    public required string SpanId { get; init; }

    /// <summary>The span above it, or null.</summary>
    public string? ParentId { get; init; }

    /// <summary>Whether that is another's, of which only its id came.</summary>
    public bool ParentIsRemote { get; init; }

    /// <summary>The client's <c>tracestate</c>, or null.</summary>
    public string? TraceState { get; init; }

    public required string Name { get; init; }

    public required SpanKind Kind { get; init; }

    public required ulong StartedOn { get; init; }

    public required ulong EndedOn { get; init; }

    public bool Failed { get; init; }

    public string? StatusMessage { get; init; }

    public required SpanResource Resource { get; init; }

    public IReadOnlyList<KeyValuePair<string, object>> Attributes { get; init; } = [];
}

/// <summary>Who made a span: one hop's service, and the object that acted.</summary>
internal sealed class SpanResource
{
    /// <param name="service">The hop as a service: <c>usher/load-balancer</c>.</param>
    /// <param name="instance">The object, or null.</param>
    /// <param name="attributes">What else is known of it; those without a value are left out.</param>
    public SpanResource(string service, string? instance, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        List<KeyValuePair<string, object>> all = [new("service.name", service)];
        if (instance is not null) all.Add(new("service.instance.id", instance));
        foreach (var (name, value) in attributes)
        {
            if (value is { Length: > 0 }) all.Add(new(name, value));
        }

        all.Add(new("telemetry.sdk.name", "usher"));
        all.Add(new("telemetry.sdk.language", "dotnet"));
        all.Add(new("telemetry.sdk.version", UsherVersion.Text));
        Attributes = all;
        Key = string.Join('\n', all.Select(a => $"{a.Key}={a.Value}"));
    }

    /// <summary>The same for two that are the same.</summary>
    public string Key { get; }

    public IReadOnlyList<KeyValuePair<string, object>> Attributes { get; }
}
