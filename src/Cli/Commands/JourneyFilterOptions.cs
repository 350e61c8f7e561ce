using System.CommandLine;
using Usher.Trace;

namespace Usher.Cli.Commands;

/// <summary>The options that say which journeys are wanted.</summary>
internal sealed class JourneyFilterOptions
{
    private readonly Option<bool> failed = new("--failed") { Description = "Only those that failed.", Recursive = true };

    private readonly (string Name, Option<string?> Option)[] others =
    [
        ("status", new("--status") { HelpName = "STATUS", Recursive = true, Description = "Only these statuses: 502, 5xx, 500-504, none (nothing answered), with commas between." }),
        ("hop", new("--hop") { HelpName = "HOP", Recursive = true, Description = "Only those that this hop answered, or where they stopped: load-balancer, ingress, pod, …" }),
        ("path", new("--path") { HelpName = "PATH", Recursive = true, Description = "Only paths that begin so, or match where there is a *." }),
        ("slower", new("--slower-than") { HelpName = "DURATION", Recursive = true, Description = "Only those that took longer: 250ms, 1.5s." }),
        ("generation", new("--generation") { HelpName = "NUMBER", Recursive = true, Description = "Only those that this generation of the road served." }),
    ];

    /// <summary>Lets a command have them, and those below it.</summary>
    internal void AddTo(Command command)
    {
        command.Add(failed);
        foreach (var (_, option) in others) command.Add(option);
    }

    /// <summary>What was written, by the names of <see cref="JourneyFilterText"/>.</summary>
    /// <exception cref="UserException">A value is none.</exception>
    internal IReadOnlyDictionary<string, string> Read(ParseResult parsed)
    {
        var written = new Dictionary<string, string>(StringComparer.Ordinal);
        if (parsed.GetValue(failed)) written["failed"] = "true";
        foreach (var (name, option) in others)
        {
            if (parsed.GetValue(option) is not { } value) continue;
            written[name] = value;
            if (JourneyFilterText.Read(asked => asked == name ? value : null).Problem is { } problem) throw new UserException($"{option.Name}{problem[name.Length..]}", ExitCodes.Usage);
        }

        return written;
    }
}
