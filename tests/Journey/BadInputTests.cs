using System.Net;
using System.Net.Sockets;

namespace Usher.Journey.Tests;

/// <summary>What is wrong is told with its place, all of it at once, and nothing is started.</summary>
[Trait("user", "matters")]
public sealed class BadInputTests(SampleRoad sample)
{
    [Theory]
    [InlineData("kubernetes.yaml", "replicas: 3", "replicas: [3", "YAML")]
    [InlineData("kubernetes.yaml", "replicas: 3", "replicass: 3", "Deployment shop/users: spec.replicass: unknown field")]
    [InlineData("kubernetes.yaml", "kind: IngressClass", "kind: IngressClas", "IngressClas nginx: kind: IngressClas")]
    [InlineData("kubernetes.yaml", "ingressClassName: nginx", "ingressClassName: Other", "Ingress shop/api: spec.ingressClassName: Invalid value: \"Other\"")]
    [InlineData("edge.yaml", "targetGroupRef: { from: { name: shop-nodes } }", "targetGroupRef: { from: { name: nobody } }", "Rule shop/api-host: spec.actions[0].targetGroupRef.from.name: found nobody")]
    [InlineData("edge.yaml", "priority: 10", "priority: ten", "Rule shop/api-host: spec.priority: found \"ten\"")]
    [InlineData("usher.yaml", "Shop.Users.dll]", "Shop.Users.dll", "YAML")]
    public async Task One_mistake_is_one_error_with_file_line_object_and_field(string file, string right, string wrong, string told)
    {
        using var manifests = Manifests.Sample();
        manifests.Change(file, right, wrong);

        var ended = await UpAsync("-f", manifests.Path);

        var lines = Errors(ended);
        var line = Assert.Single(lines);
        Assert.StartsWith($"{manifests.FileOf(file)}:{manifests.LineOf(file, wrong.Split('\n')[0])}: ", line, StringComparison.Ordinal);
        Assert.Contains(told, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mistakes_in_two_files_are_told_at_once()
    {
        using var manifests = Manifests.Sample();
        manifests.Change("kubernetes.yaml", "replicas: 3", "replicass: 3");
        manifests.Change("edge.yaml", "priority: 10", "priority: 0");

        var ended = await UpAsync("-f", manifests.Path);

        Assert.Equal(
            [$"{manifests.FileOf("edge.yaml")}:{manifests.LineOf("edge.yaml", "priority: 0")}", $"{manifests.FileOf("kubernetes.yaml")}:{manifests.LineOf("kubernetes.yaml", "replicass")}"],
            Errors(ended).Select(l => string.Join(':', l.Split(':').Take(2))).Order());
        Assert.EndsWith("usher: 2 errors; nothing was started\n", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_with_one_object_is_told_beside_what_can_not_be_read()
    {
        using var manifests = Manifests.Sample();
        manifests.Change("kubernetes.yaml", "kind: IngressClass", "kind: IngressClas");
        manifests.Write("more.yaml", """
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: more, namespace: shop }
            spec:
              selector: { matchLabels: { app: more } }
              template: { metadata: { labels: { app: more } }, spec: { containers: [{ name: c, ports: [{ containerPort: 0 }] }] } }
            """);

        var lines = Errors(await UpAsync("-f", manifests.Path));

        Assert.Equal(3, lines.Count);
        Assert.Contains(lines, l => l.Contains("IngressClas nginx: kind: IngressClas", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("Deployment shop/more: spec.template.spec.containers[0].ports[0].containerPort: Invalid value", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("Deployment shop/more: spec.template.spec.containers[0].image: Required value", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_that_is_not_there_and_one_without_manifests_are_told()
    {
        using var empty = Manifests.Empty();

        Assert.Contains("/nowhere", Assert.Single(Errors(await UpAsync("-f", "/nowhere"))), StringComparison.Ordinal);
        Assert.Contains(empty.Path, Assert.Single(Errors(await UpAsync("-f", empty.Path))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_state_folder_is_for_one_road_at_a_time()
    {
        var road = await sample.RunsAsync();
        using var network = LoopbackNetwork.Free();

        var ended = await Tool.UsherAsync("up", "--state", road.State, "--loopback", $"{network.Number}", "--dns-port", "0", "--api-port", "0");

        Assert.True(ended.ExitCode == 1, ended.ToString());
        Assert.Equal($"usher: a road is running with the state folder {road.State}; stop it, or name another folder with --state\n", ended.Error);
        Assert.Equal("ok", (await road.TraceAsync("https://api.example.com/")).Text("outcome"));
    }

    [Fact]
    public async Task A_loopback_network_is_for_one_road_at_a_time()
    {
        var road = await sample.RunsAsync();

        var state = Directory.CreateTempSubdirectory("usher-test-").FullName;

        var ended = await Tool.UsherAsync("up", "--state", state, "--loopback", $"{road.Network}", "--dns-port", "0", "--api-port", "0");

        Directory.Delete(state, recursive: true);
        Assert.True(ended.ExitCode == 1, ended.ToString());
        Assert.Equal($"usher: a road is running with --loopback {road.Network} already (process {road.ProcessId}); stop it, or name another number with --loopback\n", ended.Error);
    }

    [Fact]
    public async Task A_state_folder_that_cannot_be_made_is_told_in_a_line()
    {
        foreach (var command in new[] { "up", "status" })
        {
            var ended = await Tool.UsherAsync(command, "--state", "/proc/nowhere");

            Assert.True(ended.ExitCode == 1, ended.ToString());
            Assert.StartsWith("usher: the state folder /proc/nowhere can't be made", Assert.Single(Errors(ended)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_APIs_port_in_use_is_told_with_the_flag_that_moves_it()
    {
        using var taken = Listener(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;

        var line = Assert.Single(Errors(await UpAsync("--api-port", $"{port}", "--stand-in")));

        Assert.Contains($"127.0.0.1:{port}", line, StringComparison.Ordinal);
        Assert.Contains("--api-port", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SocketType.Stream, ProtocolType.Tcp)]
    [InlineData(SocketType.Dgram, ProtocolType.Udp)]
    public async Task The_name_servers_port_in_use_is_told_with_the_flag_that_moves_it(SocketType type, ProtocolType protocol)
    {
        using var taken = new Socket(AddressFamily.InterNetwork, type, protocol);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        if (type == SocketType.Stream) taken.Listen();
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;

        var line = Assert.Single(Errors(await UpAsync("--dns-port", $"{port}", "--stand-in")));

        Assert.Contains($"127.0.0.1:{port}", line, StringComparison.Ordinal);
        Assert.Contains("--dns-port", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_load_balancers_port_in_use_is_told_with_the_flag_that_moves_it()
    {
        using var network = LoopbackNetwork.Free();
        using var taken = Listener(new IPEndPoint(network.LoadBalancer, 8443));

        var line = Assert.Single(Errors(await UpAsync(network, "--stand-in")));

        Assert.Contains($"{taken.LocalEndPoint} (declared port 443)", line, StringComparison.Ordinal);
        Assert.Contains("--loopback", line, StringComparison.Ordinal);
        Assert.Equal([(IPEndPoint)taken.LocalEndPoint!], Machine.ListeningOn(network.Number));
    }

    private static Socket Listener(IPEndPoint end)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(end);
        socket.Listen();
        return socket;
    }

    private static async Task<Ended> UpAsync(params string[] arguments)
    {
        using var network = LoopbackNetwork.Free();
        var ended = await UpAsync(network, arguments);
        Assert.Empty(Machine.ListeningOn(network.Number));
        return ended;
    }

    /// <summary>Tries to bring a road up that can't be, and looks that nothing of it is left.</summary>
    private static async Task<Ended> UpAsync(LoopbackNetwork network, params string[] arguments)
    {
        var state = Directory.CreateTempSubdirectory("usher-test-").FullName;
        try
        {
            string[] ports = [.. new[] { "--dns-port", "--api-port" }.Except(arguments).SelectMany(p => new[] { p, "0" })];
            var ended = await Tool.RunAsync(Tool.Start("dotnet", [Tool.Usher, "up", "--state", state, "--loopback", $"{network.Number}", .. ports, .. arguments], ("USHER_TEST", state)));
            Assert.True(ended.ExitCode == 1, ended.ToString());
            Assert.Equal("", ended.Output);
            Assert.Empty(Machine.ProcessesNaming(state));
            Assert.False(File.Exists(Path.Combine(state, "road.json")));
            return ended;
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

    /// <summary>The lines that tell what is wrong, without the last, which counts them.</summary>
    private static List<string> Errors(Ended ended) =>
        [.. ended.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !l.EndsWith("nothing was started", StringComparison.Ordinal))];
}
