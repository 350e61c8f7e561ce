using Usher.Trace.Export;

namespace Usher.Trace.Tests.Export;

/// <summary>Where spans go, by what was asked for and OpenTelemetry's variables.</summary>
public sealed class OtlpEnvironmentTests
{
    private const string Grpc = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

    [Theory]
    [InlineData("http://host:4318", null, "", "http://host:4318/v1/traces http/protobuf")]
    [InlineData("http://host:4318/", null, "", "http://host:4318/v1/traces http/protobuf")]
    [InlineData("https://host/otlp", null, "", "https://host/otlp/v1/traces http/protobuf")]
    [InlineData("http://host:4318/v1/traces", null, "", "http://host:4318/v1/traces http/protobuf")]
    [InlineData("http://host:4317", "grpc", "", $"http://host:4317{Grpc} grpc")]
    [InlineData(null, null, "ENDPOINT=http://all:4318", "http://all:4318/v1/traces http/protobuf")]
    [InlineData(null, null, "ENDPOINT=http://all:4318;TRACES_ENDPOINT=http://own:4318/take", "http://own:4318/take http/protobuf")]
    [InlineData("http://asked:1", null, "ENDPOINT=http://all:4318;TRACES_ENDPOINT=http://own:4318/take", "http://asked:1/v1/traces http/protobuf")]
    [InlineData(null, null, "ENDPOINT=http://all:4317;PROTOCOL=grpc", $"http://all:4317{Grpc} grpc")]
    [InlineData(null, "http/protobuf", "ENDPOINT=http://all:4317;PROTOCOL=grpc", "http://all:4317/v1/traces http/protobuf")]
    [InlineData(null, null, "ENDPOINT=http://all:4317;PROTOCOL=grpc;TRACES_PROTOCOL=http/protobuf", "http://all:4317/v1/traces http/protobuf")]
    [InlineData("http://a", null, "CERTIFICATE=/missing/ca.pem", "http://a/v1/traces http/protobuf")]
    [InlineData(null, null, "ENDPOINT=", null)]
    [InlineData(null, null, "", null)]
    [InlineData(null, null, "ENDPOINT=http://all:4318;@OTEL_SDK_DISABLED=true", null)]
    [InlineData(null, null, "ENDPOINT=http://all:4318;@OTEL_TRACES_EXPORTER=none", null)]
    [InlineData("http://asked:1", null, "@OTEL_SDK_DISABLED=true", "http://asked:1/v1/traces http/protobuf")]
    public void Spans_go_where_was_asked_first(string? endpoint, string? protocol, string variables, string? told)
    {
        var (settings, problem) = Read(endpoint, protocol, variables);
        Assert.Null(problem);
        Assert.Equal(told, settings is null ? null : $"{settings.Endpoint} {(settings.Protocol == OtlpProtocol.Grpc ? "grpc" : "http/protobuf")}");
    }

    [Fact]
    public void How_they_are_sent_is_in_the_variables()
    {
        var (settings, _) = Read("http://h", null, "HEADERS=x-all=1;TRACES_HEADERS=x-honeycomb-team=a%20key, b=2=3;TIMEOUT=1500;COMPRESSION=none");
        Assert.Equal([new("x-honeycomb-team", "a key"), new("b", "2=3")], settings!.Headers);
        Assert.Equal((TimeSpan.FromMilliseconds(1_500), false), (settings.Timeout, settings.Gzip));
        Assert.Equal("http://h (http/protobuf)", $"{settings}");

        var (standard, _) = Read("http://u:p@h/secret", null, "");
        Assert.Equal((TimeSpan.FromSeconds(10), true, 0), (standard!.Timeout, standard.Gzip, standard.Headers.Count));
        Assert.Equal("http://h (http/protobuf)", standard.Told);
    }

    [Theory]
    [InlineData("localhost:4318", null, "", "--otlp: found 'localhost:4318'; an address like http://localhost:4318")]
    [InlineData(null, null, "ENDPOINT=ftp://a", "OTEL_EXPORTER_OTLP_ENDPOINT: found 'ftp://a'")]
    [InlineData(null, null, "TRACES_ENDPOINT=a", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: found 'a'")]
    [InlineData("http://a", "http/json", "", "--otlp-protocol: found 'http/json'; http/protobuf or grpc is wanted, since JSON")]
    [InlineData("http://a", null, "PROTOCOL=thrift", "OTEL_EXPORTER_OTLP_PROTOCOL: found 'thrift'")]
    [InlineData(null, "grpc", "", "--otlp URL is wanted")]
    [InlineData("http://a", null, "TIMEOUT=0", "OTEL_EXPORTER_OTLP_TIMEOUT: found '0'; milliseconds")]
    [InlineData("http://a", null, "TRACES_COMPRESSION=zstd", "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: found 'zstd'; gzip or none")]
    [InlineData("https://a", null, "CERTIFICATE=/missing/ca.pem", "OTEL_EXPORTER_OTLP_CERTIFICATE: Could not find a part of the path '/missing/ca.pem'")]
    [InlineData("https://a", null, "TRACES_CERTIFICATE=/dev/null", "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: '/dev/null' has no certificate in PEM")]
    [InlineData("https://a", null, "CLIENT_KEY=/key.pem", "OTEL_EXPORTER_OTLP_CLIENT_KEY: found alone; a certificate and its key are shown together, so OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE is wanted too")]
    [InlineData("https://a", null, "CLIENT_CERTIFICATE=/c.pem", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: found alone; a certificate and its key are shown together, so OTEL_EXPORTER_OTLP_CLIENT_KEY is wanted too")]
    [InlineData("http://a", null, "HEADERS=hidden key", "OTEL_EXPORTER_OTLP_HEADERS: name=value")]
    [InlineData("http://a", null, "HEADERS=a=x%0d%0ahidden: 1", "OTEL_EXPORTER_OTLP_HEADERS: name=value")]
    public void What_cannot_be_is_named(string? endpoint, string? protocol, string variables, string told)
    {
        var (settings, problem) = Read(endpoint, protocol, variables);
        Assert.Null(settings);
        Assert.Contains(told, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", problem, StringComparison.Ordinal);
    }

    private static (OtlpSettings?, string?) Read(string? endpoint, string? protocol, string variables)
    {
        var set = variables.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('=', 2))
            .ToDictionary(v => v[0][0] == '@' ? v[0][1..] : $"OTEL_EXPORTER_OTLP_{v[0]}", v => v[1]);
        return OtlpEnvironment.Read(endpoint, protocol, name => set.GetValueOrDefault(name));
    }
}
