using System.CommandLine;
using Usher.Model.Road;
using Usher.Cli.Running;

namespace Usher.Cli.Commands;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    internal static Option<string[]> Files() => new("--file", "-f")
    {
        Description = "A manifest, a folder of manifests, or - for standard input; may be repeated. Default: the sample road.",
        AllowMultipleArgumentsPerToken = false,
        HelpName = "FILE|DIR",
    };

    internal static Option<string?> State() => new("--state")
    {
        Description = "The folder that outlives a run. Default: $XDG_STATE_HOME/usher.",
        HelpName = "DIR",
    };

    internal static Option<bool> StandIn() => new("--stand-in") { Description = "Let a built-in server stand in for every application pod." };

    internal static Option<bool> Express() => new("--express")
    {
        Description = "Pass requests between the hops of this process without a socket in between: the same decisions and journeys, for less.",
    };

    internal static Option<int> Loopback() =>
        Number("--loopback", "N", LoopbackRange.Default.Network, 1, 254, "The road's addresses are taken from 127.N.0.0/16.");

    internal static Option<bool> RealPorts() => new("--real-ports") { Description = "Bind ports below 1024 as declared; needs the privilege." };

    internal static Option<bool> Json() => new("--json") { Description = "Print JSON." };

    internal static Option<bool> Insecure() => new("--insecure", "-k") { Description = "Take any certificate." };

    internal static Option<string[]> Resolve() => new("--resolve") { Description = "An address for a host and port, without DNS.", HelpName = "HOST:PORT:ADDRESS" };

    internal static Option<bool> Verbose() => new("--verbose", "-v") { Description = "Print every reason, fact and header change." };

    internal static Option<string?> Api() => new("--api")
    {
        Description = "The running road's API, http://127.0.0.1:7070. Default: $USHER_API, or what the state folder says.",
        HelpName = "URL",
    };

    internal static Option<int> Port(string name, int standard, string what) => Number(name, "PORT", standard, 0, 65535, $"{what}; 0 for any free port.");

    /// <summary>A time that something is kept for: 30m, 12h, 7d; null when none is written, so that the help has the default in these words and not in .NET's.</summary>
    internal static Option<TimeSpan?> Duration(string name, TimeSpan standard, string description) => new(name)
    {
        Description = $"{description} Default: {standard.TotalDays:0}d.",
        HelpName = "DURATION",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            var unit = text.Length == 0 ? TimeSpan.Zero : text[^1] switch { 'm' => TimeSpan.FromMinutes(1), 'h' => TimeSpan.FromHours(1), 'd' => TimeSpan.FromDays(1), _ => TimeSpan.Zero };
            if (unit > TimeSpan.Zero && int.TryParse(text.AsSpan(0, text.Length - 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= 100_000 && unit * count <= TimeSpan.FromDays(3650)) return unit * count;
            result.AddError($"{name}: found {text}; minutes, hours or days are wanted, as 30m, 12h or 7d, at most 3650d");
            return null;
        },
    };

    /// <summary>A whole number within bounds.</summary>
    internal static Option<int> Number(string name, string shown, int standard, int least, int most, string description) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => standard,
        HelpName = shown,
        Validators =
        {
            result =>
            {
                if (result.Tokens.Count > 0 && (!int.TryParse(result.Tokens[0].Value, out var n) || n < least || n > most)) result.AddError($"{name}: found {result.Tokens[0].Value}; a number from {least} to {most} is wanted");
            },
        },
    };

    internal static IReadOnlyList<string> PathsOrSample(string[]? files) => files is { Length: > 0 } ? files : [SampleRoad.Find()];
}
