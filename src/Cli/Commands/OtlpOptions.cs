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
    internal OtlpSettings? Read(ParseResult parsed) => Read(parsed, Environment.GetEnvironmentVariable);

    /// <summary>The same, where only the option asks for it: the variables then say how.</summary>
    internal OtlpSettings? ReadIfAsked(ParseResult parsed) => Read(parsed, parsed.GetValue(endpoint) is null ? static _ => null : Environment.GetEnvironmentVariable);

    private OtlpSettings? Read(ParseResult parsed, Func<string, string?> variable)
    {
        var (settings, problem) = OtlpEnvironment.Read(parsed.GetValue(endpoint), parsed.GetValue(protocol), variable);
        return problem is null ? settings : throw new UserException(problem, ExitCodes.Usage);
    }
}
