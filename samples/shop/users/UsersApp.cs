using Microsoft.Extensions.Logging.Console;
using Shop.Users.Api;
using Shop.Users.Data;

namespace Shop.Users;

/// <summary>Puts the application together.</summary>
internal static class UsersApp
{
    /// <summary>How long requests in flight may take to end after SIGTERM. With the flush it stays below the pod's grace period of 10 s.</summary>
    public static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(7);

    /// <summary>How long the last spans may take to leave.</summary>
    public static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(2);

    private const int MaxBodyBytes = 16 * 1024;

    /// <summary>The application, ready to start.</summary>
    public static WebApplication Build(string[] args, Settings settings)
    {
        // Without the reload, no replica watches its folder for an appsettings.json that it hasn't got.
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false", .. args]);
        if (settings.Url is not null) builder.WebHost.UseUrls(settings.Url);
        // The slim builder leaves HTTPS out; its certificate is in Kestrel's own settings (Kestrel__Certificates__Default__Path).
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        });

        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        // Why the server can't listen is told by Program, in one line.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);

        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = DrainTimeout);
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ShopJson.Default));
        builder.Services.AddProblemDetails();
        builder.Services.AddExceptionHandler<DatabaseExceptionHandler>();

        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IDatabase>(settings.Database.Open);
        builder.Services.AddSingleton<UserStore>();
        builder.Services.AddTracing(settings);
        builder.Services.AddHostedService<SchemaSetup>();

        var app = builder.Build();
        app.UsePodHeader(settings.Pod);
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.MapPage();
        app.MapHealth();
        app.MapUsers();
        return app;
    }
}
