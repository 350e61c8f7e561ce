using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Shop.Users.Tests;

/// <summary>The built application, run as Usher runs it: `dotnet Shop.Users.dll` with an environment.</summary>
internal sealed partial class ShopProcess : IAsyncDisposable
{
    // Tests and application are built beside each other, in the same configuration.
    private static readonly string Output = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
    private static readonly string Dll = Path.GetFullPath(Path.Combine(Output, "../../Shop.Users", Path.GetFileName(Output), "Shop.Users.dll"));
    private static readonly string[] OwnVariables = ["ASPNETCORE_", "POD_", "PORT", "SHOP_", "DATABASE_URL", "OTEL_", "DOTNET_URLS"];

    private readonly Process _process;
    private readonly Folder _folder = new();
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task<int> _exit;
    private HttpClient? _client;

    private ShopProcess(IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo("dotnet", [Dll])
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(n => OwnVariables.Any(n.StartsWith)).ToList()) start.Environment.Remove(name);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, e) => Heard(e.Data);
        _process.ErrorDataReceived += (_, e) =>
        {
            lock (_errors)
                if (e.Data is not null) _errors.AppendLine(e.Data);
        };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _exit = ExitAsync();
    }

    /// <summary>Where it listens, as it says itself.</summary>
    public Uri Url => _listening.Task.Result;

    /// <summary>What it wrote to standard error so far.</summary>
    public string Errors
    {
        get
        {
            lock (_errors) return _errors.ToString();
        }
    }

    /// <summary>A file in its working folder.</summary>
    public string File(string name) => _folder.File(name);

    public HttpClient Client => _client ??= new HttpClient { BaseAddress = Url, Timeout = Wait.Limit };

    /// <summary>Starts it on a free port of loopback (unless the environment says otherwise) and waits until it listens.</summary>
    public static async Task<ShopProcess> StartAsync(params (string, string)[] environment)
    {
        var shop = new ShopProcess([("POD_IP", "127.0.0.1"), ("PORT", "0"), ("POD_NAME", "users-test"), .. environment]);
        try
        {
            await Wait.ForAsync("the application listens", shop._listening.Task);
            return shop;
        }
        catch
        {
            await shop.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it and waits until it is ready as well.</summary>
    public static async Task<ShopProcess> StartReadyAsync(params (string, string)[] environment)
    {
        var shop = await StartAsync(environment);
        await shop.ReadyAsync();
        return shop;
    }

    /// <summary>Runs it to its end, for environments with which it can't start.</summary>
    public static async Task<(int Code, string Errors)> RunAsync(params (string, string)[] environment)
    {
        await using var shop = new ShopProcess([("POD_IP", "127.0.0.1"), ("PORT", "0"), .. environment]);
        return (await shop.ExitCodeAsync(), shop.Errors);
    }

    public Task ReadyAsync() => Wait.UntilAsync("the application is ready", async () =>
    {
        using var response = await Client.GetAsync("/readyz");
        return response.StatusCode == HttpStatusCode.OK;
    });

    /// <summary>What Kubernetes does first to stop a pod.</summary>
    public void Terminate() => Signal.Send(_process.Id, Signal.Terminate);

    public Task<int> ExitCodeAsync() => Wait.ForAsync("the application exits", _exit);

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (!_exit.IsCompleted) _process.Kill();
        await ExitCodeAsync();
        _process.Dispose();
        _folder.Dispose();
    }

    // Also waits for the end of both outputs.
    private async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync();
        _listening.TrySetException(new InvalidOperationException($"It exited with code {_process.ExitCode}: {Errors}"));
        return _process.ExitCode;
    }

    private void Heard(string? line)
    {
        if (line is not null && Listens().Match(line) is { Success: true } match) _listening.TrySetResult(new Uri(match.Groups[1].Value));
    }

    [GeneratedRegex(@" listens on (\S+),")]
    private static partial Regex Listens();
}
