using System.Globalization;
using System.Net;
using Usher.Faults;

// A pod that misbehaves as it is asked to, clients that check every byte of what they get, and clients that say next to nothing.
const string Usage = """
    usage: Usher.Faults target                                            serve at $POD_IP:$PORT until SIGTERM
           Usher.Faults clients HTTPS-URL ADDRESS CONNECTIONS SECONDS [ANSWERS]
                                                                      ask, check, print a line for each kind of request; 0 when every answer was the right one.
                                                                      Ends earlier when so many are there
           Usher.Faults slow HTTPS-URL ADDRESS CONNECTIONS SECONDS        hold so many connections open and say a byte of a request now and then
    """;
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
switch (args)
{
    case ["target"]:
        using (var term = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, _ => Environment.Exit(0)))
        {
            await Target.RunAsync(new IPEndPoint(IPAddress.Parse(Variable("POD_IP")), int.Parse(Variable("PORT"), CultureInfo.InvariantCulture)), TimeProvider.System, stop.Token);
        }

        return 0;
    case ["clients", var url, var address, var connections, var seconds, .. { Length: < 2 } answers]:
        stop.CancelAfter(Span(seconds));
        var tally = new Tally(answers is [var enough] ? Number(enough) : long.MaxValue, stop.Cancel);
        await Clients.RunAsync(new Uri(url), IPEndPoint.Parse(address), Number(connections), tally, stop.Token);
        return tally.Print(Console.Out) ? 0 : 1;
    case ["slow", var url, var address, var connections, var seconds]:
        stop.CancelAfter(Span(seconds));
        await SlowClients.RunAsync(new Uri(url), IPEndPoint.Parse(address), Number(connections), Console.Out, stop.Token);
        return 0;
    default:
        await Console.Error.WriteLineAsync(Usage);
        return 2;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static TimeSpan Span(string seconds) => TimeSpan.FromSeconds(Number(seconds));

static string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"${name} isn't set");
