using System.CommandLine;
using Usher.Cli.Client;
using Usher.Cli.Running;

namespace Usher.Cli.Commands;

/// <summary><c>usher journeys export</c>: every journey that the running road keeps, as lines of JSON.</summary>
internal static class JourneyExportCommand
{
    /// <summary>The command, with options of the one that it belongs to.</summary>
    internal static Command Create(JourneyFilterOptions filter, Option<string?> api, Option<string?> state)
    {
        var command = new Command("export", "Print every journey that the running road keeps, of earlier runs too, a line of JSON each, the oldest first.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var written = filter.Read(parsed);
            using var client = RoadClient.Find(parsed.GetValue(api), parsed.GetValue(state));
            await using var output = Console.OpenStandardOutput();
            using var unread = ClosedOutput.LinkTo(cancellationToken);
            try
            {
                await client.ExportAsync(written, output, unread.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Who reads has enough.
            }

            return ExitCodes.Ok;
        });
        return command;
    }
}
