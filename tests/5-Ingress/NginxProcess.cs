using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Usher.Tests;
using Usher.Wire.Tests.Peers;

namespace Usher.Ingress.Tests;

/// <summary>Debian's nginx as an ordinary process on 127.0.0.1, with everything it writes in a folder of its own.</summary>
internal sealed class NginxProcess : IAsyncDisposable
{
    private const string Program = "/usr/sbin/nginx";
    private readonly string folder;
    private readonly Process process;

    private NginxProcess(string folder)
    {
        this.folder = folder;
        process = Process.Start(new ProcessStartInfo(Program, ["-p", folder, "-c", "nginx.conf", "-e", "error.log"]) { RedirectStandardError = true })!;
    }

    /// <summary>Starts it with these servers.</summary>
    /// <param name="servers">The inner part of <c>http</c>.</param>
    /// <param name="port">A port that listens once it is ready.</param>
    /// <param name="files">Files beside its configuration.</param>
    internal static async Task<NginxProcess> StartAsync(string servers, int port, params (string Name, string Text)[] files)
    {
        Assert.True(File.Exists(Program), "nginx is wanted as an oracle and isn't installed; install the package nginx-light");
        var folder = Directory.CreateTempSubdirectory("usher-nginx-").FullName;
        foreach (var (name, text) in files) await File.WriteAllTextAsync(Path.Combine(folder, name), text, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), $$"""
            daemon off;
            master_process off;
            pid nginx.pid;
            error_log error.log;
            events { worker_connections 128; }
            http {
              access_log off;
              client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
              server_names_hash_bucket_size 128;
            {{servers}}
            }
            """, TestContext.Current.CancellationToken);
        var nginx = new NginxProcess(folder);
        // Its own word that it listens: a port that answers may be somebody else's by now.
        await Limit.UntilAsync(() => nginx.process.HasExited || (File.Exists(Path.Combine(folder, "nginx.pid")) && Listens(port)));
        if (nginx.process.HasExited) Assert.Fail(await nginx.process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        return nginx;
    }

    /// <summary>The whole answer to one request.</summary>
    internal static async Task<string> AskAsync(int port, string request)
    {
        using var client = await RawPeer.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        await client.SendAsync(request);
        return await client.ReadToEndAsync();
    }

    internal static int[] FreePorts(int count) => [.. Enumerable.Range(0, count).Select(_ => FreePort.Next())];

    public async ValueTask DisposeAsync()
    {
        // By its own id: other nginx processes are none of ours.
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static bool Listens(int port)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
