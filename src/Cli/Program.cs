using System.CommandLine;
using Usher.Cli;
using Usher.Cli.Commands;
using Usher.Cli.Running;

if (!OperatingSystem.IsLinux())
{
    await Console.Error.WriteLineAsync("usher: Linux is wanted so far: each hop has a loopback address of its own, which other systems don't give");
    return ExitCodes.Failure;
}

// Before the first socket.
SocketThreads.Set();
var root = new RootCommand("Runs the road that an HTTPS request takes from a browser to a pod on EKS, on this machine, and tells what happened at each step and why.")
{
    DemoCommand.Create(),
    UpCommand.Create(),
    TraceCommand.Create(),
    ExplainCommand.Create(),
    JourneysCommand.Create(),
    TopCommand.Create(),
    StatusCommand.Create(),
    NodeCommand.Create(),
    CaCommand.Create(),
};

try
{
    // `-d @FILE` is curl's, so that @ means nothing else here.
    var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
    // What System.CommandLine finds wrong is a wrong usage: 2, as for every other one.
    if (parsed.Errors.Count > 0)
    {
        foreach (var line in UsageText.Of(parsed)) await Console.Error.WriteLineAsync($"usher: {line}");
        return ExitCodes.Usage;
    }

    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (UserException e)
{
    await Console.Error.WriteLineAsync($"usher: {e.Message}");
    return e.ExitCode;
}
catch (OperationCanceledException)
{
    return 130;
}
catch (Exception e)
{
    // What nobody foresaw is still told in a line first; the rest is for who mends it.
    await Console.Error.WriteLineAsync($"usher: a fault in Usher itself: {e.Message}\n{e}");
    return ExitCodes.Failure;
}
