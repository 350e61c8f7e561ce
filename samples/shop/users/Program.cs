using System.Net.Sockets;
using OpenTelemetry.Trace;
using Shop.Users;

Settings settings;
try
{
    settings = Settings.Read(Environment.GetEnvironmentVariable);
}
catch (SettingsException e)
{
    return Fail(e.Message);
}

var app = UsersApp.Build(args, settings);
await using (app)
{
    try
    {
        await app.StartAsync();
    }
    catch (Exception e) when (e is IOException or SocketException or FormatException or InvalidOperationException)
    {
        return Fail($"cannot listen on {settings.ListensOn}: {e.Message}");
    }

    Console.Out.WriteLine($"users: pod {settings.Pod} listens on {string.Join(", ", app.Urls)}, {settings.Database}");
    await app.WaitForShutdownAsync();

    // The requests in flight have ended; their last spans leave now, or are lost when the collector doesn't answer in time.
    app.Services.GetService<TracerProvider>()?.Shutdown((int)UsersApp.FlushTimeout.TotalMilliseconds);
}

return 0;

static int Fail(string message)
{
    Console.Error.WriteLine($"users: {message}");
    return 1;
}
