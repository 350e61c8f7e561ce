using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Usher.Bench.Budgets;
using Usher.Bench.Recording;
using Usher.Bench.Reload;
using Usher.Bench.Road;
using Usher.Bench.Routes;

#if DEBUG
Console.Error.WriteLine("usher-bench: only a Release build tells anything; run it with -c Release");
return 2;
#else
if (args is ["budgets"] or ["budgets", "--write"]) return await BudgetCommand.RunAsync(write: args.Length == 2);
if (args is ["reload", ..]) return await ReloadCommand.RunAsync(args[1..]);
if (OperatingSystem.IsLinux() && args is ["recording", ..]) return await RecordingCommand.RunAsync(args[1..]);
if (args is ["changes", ..]) return await ChangesCommand.RunAsync(args[1..]);
if (OperatingSystem.IsLinux() && args is ["compile", ..]) return CompileCommand.Run(args[1..]);
if (args is ["budgets", ..])
{
    Console.Error.WriteLine("usage: budgets [--write]; any other arguments are BenchmarkDotNet's, --list flat for one");
    return 2;
}

// In this process: the projects' own settings for what is built would not fit a generated one.
var config = ManualConfig.Create(DefaultConfig.Instance)
    .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance))
    .AddDiagnoser(MemoryDiagnoser.Default)
    .WithArtifactsPath(Checkout.At("artifacts/bench"));
BenchmarkSwitcher.FromAssembly(typeof(BudgetCommand).Assembly).Run(args, config);
return 0;
#endif
