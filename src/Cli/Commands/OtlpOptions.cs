using System.CommandLine;
using Usher.Trace.Export;

namespace Usher.Cli.Commands;

/// <summary>Where spans go.</summary>
internal sealed class OtlpOptions
{
    private readonly Option<string?> endpoint;
    private readonly Option<string?> protocol = new("--otlp-protocol") { Description = "http/protobuf or grpc. Default: $OTEL_EXPORTER_OTLP_PROTOCOL, or http/protobuf.", HelpName = "PROTOCOL" };

    /// <param name="description">What is sent.</param>
    internal OtlpOptions(string description) => endpoint = new("--otlp") { Description = description, HelpName = "URL" };

    internal void AddTo(Command command)
    {
        command.Add(endpoint);
        command.Add(protocol);
    }

    /// <summary>What the command line and OpenTelemetry's variables say; null for nowhere.</summary>
    internal OtlpSettings? Read(ParseResult parsed) => Read(parsed.GetValue(endpoint), parsed.GetValue(protocol));

    /// <summary>The same, where only the option asks for it: the variables then say how.</summary>
    internal OtlpSettings? ReadIfAsked(ParseResult parsed) =>
        parsed.GetValue(endpoint) is { } asked ? Read(asked, parsed.GetValue(protocol))
        : parsed.GetValue(protocol) is null ? null : throw new UserException("--otlp-protocol says how spans are sent, but nothing says where to: --otlp URL is wanted", ExitCodes.Usage);

    private static OtlpSettings? Read(string? endpoint, string? protocol)
    {
        var (settings, problem) = OtlpEnvironment.Read(endpoint, protocol, Environment.GetEnvironmentVariable);
        return problem is null ? settings : throw new UserException(problem, ExitCodes.Usage);
    }
}
