using System.Globalization;
using Usher.Trace.Otlp;

namespace Usher.Trace.Export;

/// <summary>
/// Reads where spans go from what was asked for and from OpenTelemetry's own variables (opentelemetry.io/docs/specs/otel/protocol/exporter): what was asked for wins, then the variables of traces, then those of all signals.
/// </summary>
public static class OtlpEnvironment
{
    private const string HttpPath = "v1/traces";

    /// <summary>The variables that are read.</summary>
    /// <param name="endpoint">The address that was asked for, or null.</param>
    /// <param name="protocol">The protocol that was asked for, or null.</param>
    /// <param name="variable">A variable's value, or null.</param>
    /// <returns>The settings, or what is wrong; neither where nothing names an endpoint, or the variables switch the export off.</returns>
    public static (OtlpSettings? Settings, string? Problem) Read(string? endpoint, string? protocol, Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        var (ofTraces, ofAll) = (Value("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"), Value("OTEL_EXPORTER_OTLP_ENDPOINT"));
        if (endpoint is null && (ofTraces ?? ofAll) is null) return protocol is null ? (null, null) : (null, "--otlp-protocol says how spans are sent, but nothing says where to: --otlp URL is wanted");
        if (endpoint is null && (Value("OTEL_SDK_DISABLED") is "true" or "TRUE" or "True" || Value("OTEL_TRACES_EXPORTER") == "none")) return (null, null);

        var (address, whence) = endpoint is not null ? (endpoint, "--otlp") : ofTraces is not null ? (ofTraces, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") : (ofAll!, "OTEL_EXPORTER_OTLP_ENDPOINT");
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
            return (null, $"{whence}: found '{address}'; an address like http://localhost:4318 is wanted (4317 for gRPC)");

        var (protocolFrom, named) = protocol is not null ? ("--otlp-protocol", protocol) : First("PROTOCOL");
        if (named is not (null or "http/protobuf" or "grpc")) return (null, $"{protocolFrom}: found '{named}'; http/protobuf or grpc is wanted{(named == "http/json" ? ", since JSON is taken but not sent" : "")}");
        var grpc = named == "grpc";
        // "Should only be used for a secure connection."
        var (certificates, wrong) = url.Scheme == "https" ? OtlpCertificates.Read(First) : (OtlpCertificates.None, null);
        if (certificates is null) return (null, wrong);

        var (compressionFrom, compression) = First("COMPRESSION");
        if (compression is not (null or "gzip" or "none")) return (null, $"{compressionFrom}: found '{compression}'; gzip or none is wanted");
        var (timeoutFrom, timeout) = First("TIMEOUT");
        var milliseconds = 10_000;
        if (timeout is not null && (!int.TryParse(timeout, NumberStyles.None, CultureInfo.InvariantCulture, out milliseconds) || milliseconds is < 1 or > 600_000))
            return (null, $"{timeoutFrom}: found '{timeout}'; milliseconds from 1 to 600000 are wanted");
        var (headersFrom, written) = First("HEADERS");
        if (Headers(written) is not { } headers) return (null, $"{headersFrom}: name=value, with commas between, is wanted, and names and values as HTTP takes them (what stands there isn't shown: it may be a key)");
        return (new OtlpSettings
        {
            Endpoint = grpc ? new Uri(url, OtlpGrpcReceiver.Path) : Http(url, whole: whence == "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"),
            Protocol = grpc ? OtlpProtocol.Grpc : OtlpProtocol.HttpProtobuf,
            Headers = headers,
            Timeout = TimeSpan.FromMilliseconds(milliseconds),
            Gzip = compression != "none",
            Certificates = certificates,
        }, null);

        // A variable that is empty is as one that isn't there (Environment variable specification, "Parsing empty value").
        string? Value(string name) => variable(name) is { Length: > 0 } value ? value.Trim() : null;

        (string Name, string? Value) First(string name) =>
            Value($"OTEL_EXPORTER_OTLP_TRACES_{name}") is { } own ? ($"OTEL_EXPORTER_OTLP_TRACES_{name}", own) : ($"OTEL_EXPORTER_OTLP_{name}", Value($"OTEL_EXPORTER_OTLP_{name}"));
    }

    /// <summary>Traces' own variable is taken as it is; other addresses are a base, to which the signal's path is added, unless somebody wrote it already.</summary>
    private static Uri Http(Uri url, bool whole)
    {
        if (whole || url.AbsolutePath.EndsWith($"/{HttpPath}", StringComparison.Ordinal)) return url;
        var text = url.GetComponents(UriComponents.SchemeAndServer | UriComponents.UserInfo | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');
        return new Uri($"{text}/{HttpPath}{url.Query}");
    }

    /// <summary><c>name=value,…</c>, values percent-encoded as in W3C Baggage; null when it isn't so.</summary>
    private static List<KeyValuePair<string, string>>? Headers(string? written)
    {
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var part in (written ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0) return null;
            var (name, value) = (part[..at].Trim(), Uri.UnescapeDataString(part[(at + 1)..].Trim()));
            if (!name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal)) || value.Any(c => c is < ' ' or > '~')) return null;
            headers.Add(new(name, value));
        }

        return headers;
    }
}
