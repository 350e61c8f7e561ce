using System.CommandLine;
using Usher.Cli.Browser;
using Usher.Cli.Client;
using Usher.Cli.Har;
using Usher.Trace.Export;
using Usher.Trace.Har;

namespace Usher.Cli.Commands;

/// <summary><c>usher trace URL</c>: send a request through the running road and print its journey.</summary>
internal static class TraceCommand
{
    internal static Command Create()
    {
        var url = new Argument<string>("URL") { Description = "The URL; a port that stands for a privileged one is found by itself." };
        var method = new Option<string?>("--request", "-X") { Description = "The method.", HelpName = "METHOD" };
        var headers = new Option<string[]>("--header", "-H") { Description = "A header, 'Name: value'; may be repeated.", HelpName = "HEADER" };
        var data = new Option<string[]>("--data", "-d") { Description = "The body; makes the request a POST. @FILE reads a file.", HelpName = "DATA" };
        var insecure = CommonOptions.Insecure();
        var http11 = new Option<bool>("--http1.1") { Description = "Don't offer HTTP/2." };
        var resolve = CommonOptions.Resolve();
        var browser = new Option<bool>("--browser") { Description = "Load the page in an installed Chromium, and tell of the whole visit." };
        var screenshot = new Option<string?>("--screenshot") { Description = "Where --browser puts its screenshot. Default: a file in the state folder.", HelpName = "FILE" };
        var har = HarFile.Option();
        var json = CommonOptions.Json();
        var verbose = CommonOptions.Verbose();
        var api = CommonOptions.Api();
        var state = CommonOptions.State();
        var command = new Command("trace", "Send a request through the running road and print its journey. Exits 0 on 1xx-3xx, 4 on 4xx, 5 on 5xx, 6 when nothing answered.")
        {
            url, method, headers, data, insecure, http11, resolve, browser, screenshot, har, json, verbose, api, state,
        };
        var otlp = new OtlpOptions("Send the journey to this address of OpenTelemetry's too, http://localhost:4318 (4317 for gRPC).");
        otlp.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var backend = otlp.ReadIfAsked(parsed);
            var client = RoadClient.Find(parsed.GetValue(api), parsed.GetValue(state));
            var request = RequestLine.Parse(
                parsed.GetValue(url)!, parsed.GetValue(method), parsed.GetValue(headers) ?? [], parsed.GetValue(data) ?? [],
                parsed.GetValue(insecure), parsed.GetValue(http11), parsed.GetValue(resolve) ?? []);
            using var archive = HarFile.Open(parsed.GetValue(har), parsed.GetValue(json));
            if (parsed.GetValue(browser))
            {
                if (backend is not null) throw new UserException("--browser asks for many journeys, and --otlp sends one: let the road export them (usher up --otlp URL)", ExitCodes.Usage);
                if (request is not { Method: "GET", Data: null, Headers.Count: 0, Insecure: false, Http11: false, Resolve.Count: 0 })
                {
                    throw new UserException("--browser loads a page as a browser does: -X, -d, -H, -k, --http1.1 and --resolve don't go with it", ExitCodes.Usage);
                }

                return await BrowserVisit.RunAsync(client, request, parsed.GetValue(screenshot), archive, parsed.GetValue(json), parsed.GetValue(verbose), cancellationToken);
            }

            using var archived = archive is null ? null : new Archived(TimeProvider.System);
            var traced = new TracedRequest(client, TimeProvider.System, archived);
            var journey = await traced.SendAsync(request, cancellationToken);
            if (archive is not null) await archive.WriteAsync(HarLog.Of(HarEntry.Of(journey, traced.Exchange)), cancellationToken);
            if (archive is not { IsOutput: true }) await JourneyOutput.PrintAsync(journey, parsed.GetValue(json), parsed.GetValue(verbose));
            if (backend is not null) await ExportAsync(client, backend, journey, cancellationToken);
            // An answer that was cut off is none, whatever its head said.
            return journey is { Status: < 400, Outcome: not "ok", AnsweredBy: "pod" } ? ExitCodes.NoAnswer : ExitCodes.OfStatus(journey.Status);
        });
        return command;
    }

    /// <summary>Sends the journey's spans. What goes wrong is told; the exit code stays the request's.</summary>
    private static async Task ExportAsync(RoadClient client, OtlpSettings backend, Model.Journeys.Journey journey, CancellationToken cancellationToken)
    {
        var spans = await client.SpansAsync(journey, cancellationToken);
        var problem = spans.Length == 0
            ? "the request's traceparent says that its trace isn't recorded (flags 00), so no spans are sent"
            : await SpanSending.SendAsync(backend, spans, TimeProvider.System, cancellationToken);
        if (problem is not null) await Console.Error.WriteLineAsync($"usher: {problem}");
    }
}
