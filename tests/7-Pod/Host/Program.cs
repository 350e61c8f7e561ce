using System.Runtime.InteropServices;
using k8s;
using k8s.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Pod;

// serve                      a pod's program as it should be: listens where its environment says
// serve-everywhere PORT      one that listens on every address
// road DIRECTORY NETWORK -- COMMAND…   an Usher with one process pod; prints the pod's process id and waits to be killed
// manifests DIRECTORY NETWORK FILE -- COMMAND…   the same with the pods of a file, whose image app:1 is the command
switch (args[0])
{
    case "serve":
        await ServeAsync(Environment.GetEnvironmentVariable("ASPNETCORE_URLS")!);
        return 0;
    case "serve-everywhere":
        await ServeAsync($"http://0.0.0.0:{args[1]}");
        return 0;
    case "road":
        await RunRoadAsync(args[1], Network(args[2]), args[4..], [OnePod()]);
        return 0;
    case "manifests":
        await RunRoadAsync(args[1], Network(args[2]), args[5..], [.. KubernetesYaml.LoadAllFromString(await File.ReadAllTextAsync(args[3])).OfType<V1Pod>()]);
        return 0;
    default:
        return 2;
}

static async Task ServeAsync(string url)
{
    var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
    builder.WebHost.UseKestrelCore().UseUrls(url);
    builder.Logging.AddSimpleConsole();
    var unready = false;
    await using var app = builder.Build();
    app.Run(async context =>
    {
        if (context.Request.Path == "/unready") unready = true;
        if (context.Request.Path == "/ready") unready = false;
        if (context.Request.Path == "/exit") Environment.Exit(3);
        context.Response.StatusCode = unready && context.Request.Path == "/readyz" ? 503 : 200;
        await context.Response.WriteAsync($"{Environment.GetEnvironmentVariable("POD_NAME")} {Environment.ProcessId}\n");
    });
    await app.RunAsync();
}

static byte Network(string text) => byte.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

static V1Pod OnePod() => new()
{
    Metadata = new V1ObjectMeta { Name = "a", NamespaceProperty = "shop" },
    Spec = new V1PodSpec { Containers = [new V1Container { Name = "c", Image = "app:1" }] },
};

static async Task RunRoadAsync(string directory, byte network, string[] command, V1Pod[] pods)
{
    var node = new V1Node
    {
        Metadata = new V1ObjectMeta { Name = "node-1" },
        Status = new V1NodeStatus { Addresses = [new V1NodeAddress { Type = "InternalIP", Address = "10.0.1.10" }] },
    };
    var image = new ImageCommand { Image = "app:1", Command = command, WorkingDirectory = directory };
    var state = new DesiredState(
    [
        new Resource(new ResourceKey("", "Node", "", "node-1"), node, new Origin("test")),
        .. pods.Select(pod => new Resource(new ResourceKey("", "Pod", pod.Metadata.NamespaceProperty, pod.Metadata.Name), pod, new Origin("test"))),
        new Resource(ImageCommand.KeyOf("app:1"), image, new Origin("test")),
    ]);
    await using var services = new ServiceCollection()
        .AddSingleton(new PodOptions(StandInOnly: false, directory))
        .AddSingleton<IGenerationSource, NoGeneration>()
        .AddPods()
        .BuildServiceProvider();
    var errors = new ErrorList();
    var context = new CompileContext(state, AddressPlan.In(new LoopbackRange(network)), AwsScope.Default, errors);
    foreach (var reconciler in services.GetServices<IReconciler>())
    {
        context = context with { State = context.State.With(reconciler.Reconcile(context, DesiredState.Empty)) };
    }

    context = context with { Addresses = context.Addresses.Next(services.GetServices<IAddressClaimant>().SelectMany(c => c.Claims(context))) };
    var generation = new Generation(1, context.State, context.Addresses, services.GetServices<IHopCompiler>().Select(c => c.Compile(context)));
    foreach (var carrier in services.GetServices<ICarrier>())
    {
        await (await carrier.PrepareAsync(generation, errors, CancellationToken.None)).CommitAsync(CancellationToken.None);
    }

    foreach (var error in errors.All) Console.Error.WriteLine(error);
    Console.WriteLine(services.GetRequiredService<IPodDirectory>().Current.Values.First().ProcessId);
    var end = new TaskCompletionSource();
    using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => end.TrySetResult());
    await end.Task;
}

internal sealed class NoGeneration : IGenerationSource
{
    public Generation Current => Generation.None;
}
