using System.CommandLine;
using System.CommandLine.Parsing;

namespace Usher.Cli.Commands;

/// <summary>What is wrong with a command line, for a person.</summary>
internal static class UsageText
{
    /// <summary>A line for each mistake, and the way out.</summary>
    internal static IEnumerable<string> Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var path = string.Join(' ', Path(parsed.CommandResult));
        if (command.Subcommands.Count > 0)
        {
            var wanted = string.Join(", ", command.Subcommands.Select(c => c.Name));
            yield return parsed.UnmatchedTokens is [var first, ..] ? $"{path} has no command or option '{first}'; its commands are {wanted}" : $"{path} wants a command: {wanted}";
        }
        else
        {
            foreach (var error in parsed.Errors) yield return error.Message;
        }

        yield return $"`{path} --help` tells what is allowed";
    }

    private static IEnumerable<string> Path(CommandResult? result) => result switch
    {
        null => [],
        { Command: RootCommand } => ["usher"],
        _ => Path(result.Parent as CommandResult).Append(result.Command.Name),
    };
}
