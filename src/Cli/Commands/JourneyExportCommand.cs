using System.CommandLine;
using Usher.Cli.Client;

namespace Usher.Cli.Commands;

/// <summary><c>usher journeys export</c>: every journey that the running road keeps, as lines of JSON.</summary>
internal static class JourneyExportCommand
{
    internal static Command Create()
    {
        var filter = new JourneyFilterOptions();
        var api = CommonOptions.Api();
        var state = CommonOptions.State();
        var command = new Command("export", "Print every journey that the running road keeps, of earlier runs too, a line of JSON each, the oldest first.");
        filter.AddTo(command);
        command.Add(api);
        command.Add(state);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var written = filter.Read(parsed);
            using var client = RoadClient.Find(parsed.GetValue(api), parsed.GetValue(state));
            await using var output = Console.OpenStandardOutput();
            await client.ExportAsync(written, output, cancellationToken);
            return ExitCodes.Ok;
        });
        return command;
    }
}
