using System.Diagnostics;

namespace Usher.Pod;

/// <summary>
/// Mount namespaces for containers: as root, or as an ordinary user in a user namespace where the system allows it (unshare(1), user_namespaces(7)).
/// A small process, the holder, makes the namespace and keeps it; the container's program and the commands in it enter by nsenter(1).
/// </summary>
internal static class MountNamespaces
{
    private static readonly string[] AsRoot = ["--mount", "--propagation", "private"];
    private static readonly string[] AsUser = ["--user", "--map-current-user", "--keep-caps", "--mount", "--propagation", "private"];

    // Words of three: what, and two paths. Everything that is mounted is first put aside in /.usher, since what is mounted may hide where it comes from.
    // It says "ok" once all is done, or what went wrong, and stays until its input ends.
    private const string Script = """
        PATH=/usr/sbin:/usr/bin:/sbin:/bin
        fail() { printf '%s\n' "$(echo "$1" | tr '\n' ' ')"; exit 1; }
        try() { out=$("$@" 2>&1) || fail "$out"; }
        stage=$1; shift
        try mount -t tmpfs -o mode=0755 usher "$stage"
        try mount --make-unbindable "$stage"
        for entry in /* /.[!.]*; do
            name=${entry#/}
            if [ -L "$entry" ]; then try ln -s "$(readlink "$entry")" "$stage/$name"
            elif [ -d "$entry" ]; then try mkdir "$stage/$name"; try mount --rbind "$entry" "$stage/$name"
            elif [ -e "$entry" ]; then : > "$stage/$name"; try mount --bind "$entry" "$stage/$name"
            fi
        done
        try mkdir "$stage/.usher"
        cd "$stage" || fail "cd $stage"
        try pivot_root . .
        try umount -l .
        cd /
        try mount -t tmpfs -o mode=0700 usher /.usher
        layers=0
        layer() {
            layers=$((layers + 1))
            try mkdir "/.usher/below$layers" "/.usher/above$layers" "/.usher/work$layers"
            try chmod --reference="$1" "/.usher/above$layers"
            try mount --rbind "$1" "/.usher/below$layers"
            try mount -t overlay -o "lowerdir=/.usher/below$layers,upperdir=/.usher/above$layers,workdir=/.usher/work$layers" overlay "$1"
            mounts=$(cat /proc/self/mountinfo)
            printf '%s\n' "$mounts" | while read -r _ _ _ _ point _; do
                case $point in
                    "/.usher/below$layers"/*) try mount --rbind "$point" "$1${point#"/.usher/below$layers"}" ;;
                esac
            done || exit 1
        }
        readonly_() {
            for flags in ro ro,nosuid,nodev ro,nosuid,nodev,noexec; do
                mount -o "remount,bind,$flags" "$1" 2>/dev/null && return
            done
            try mount -o remount,bind,ro "$1"
        }
        while [ $# -gt 0 ]; do
            case $1 in
                source) if [ -d "$2" ]; then try mkdir "/.usher/$3"; else : > "/.usher/$3"; fi; try mount --bind "$2" "/.usher/$3" ;;
                layer) layer "$2" ;;
                folder) try mkdir -p "$2" ;;
                file) try mkdir -p "$(dirname "$2")"; [ -e "$2" ] || { rm -f "$2"; : > "$2"; } || fail "$2 can't be made" ;;
                bind) try mount --bind "/.usher/$2" "$3" ;;
                readonly) readonly_ "$2" ;;
            esac
            shift 3
        done
        try umount -l /.usher
        try rmdir /.usher
        echo ok
        exec cat > /dev/null
        """;

    private static readonly Lazy<string[]?> Found = new(Find);

    /// <summary>Whether processes can have mount namespaces here.</summary>
    public static bool Allowed(PodOptions options) => options.MountNamespaces ?? Found.Value is not null;

    /// <summary>Makes a namespace.</summary>
    /// <param name="stage">An empty folder for what the namespace keeps in memory.</param>
    /// <param name="binds">What is to be seen where.</param>
    /// <param name="warden">Ends the holder with Usher.</param>
    /// <param name="cancellationToken">Ends it with an exception.</param>
    /// <exception cref="LaunchException">It can't be made.</exception>
    public static async Task<MountNamespace> CreateAsync(string stage, IReadOnlyList<Bind> binds, Warden warden, CancellationToken cancellationToken)
    {
        var steps = MountSteps.Of(binds, path => Path.Exists(path), Directory.Exists);
        var how = Found.Value ?? throw new LaunchException("this machine allows no mount namespaces");
        var holder = Hold(how, stage, steps.SelectMany(s => new[] { s.Word, s.First, s.Second }));
        warden.Guard(holder.Id);
        var made = new MountNamespace(holder, how.Contains("--user"), warden);
        try
        {
            var said = await holder.StandardOutput.ReadLineAsync(cancellationToken);
            if (said == "ok") return made;
            var error = said ?? await holder.StandardError.ReadToEndAsync(cancellationToken);
            throw new LaunchException($"its volumes can't be mounted: {error.Trim()}");
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    private static Process Hold(string[] how, string stage, IEnumerable<string> steps)
    {
        var start = new ProcessStartInfo(Programs.Setsid) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Programs.Tool("unshare"), .. how, "/bin/sh", "-c", Script, "usher", stage, .. steps]) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    // Tries what a container needs; some systems let a namespace be made and nothing be mounted in it.
    private static string[]? Find()
    {
        if (!OperatingSystem.IsLinux()) return null;
        var stage = Directory.CreateTempSubdirectory("usher-mounts-").FullName;
        try
        {
            return new[] { AsRoot, AsUser }.FirstOrDefault(how => Works(how, stage));
        }
        catch (Exception e) when (e is LaunchException or IOException or System.ComponentModel.Win32Exception)
        {
            // No setsid or no unshare.
            return null;
        }
        finally
        {
            Directory.Delete(stage, recursive: true);
        }
    }

    private static bool Works(string[] how, string stage)
    {
        using var holder = Hold(how, stage, ["source", "/usr", "0", "folder", "/usher-mounts", "-", "bind", "0", "/usher-mounts", "readonly", "/usher-mounts", "-", "layer", "/etc", "-"]);
        using var space = new MountNamespace(holder, how.Contains("--user"), warden: null);
        if (holder.StandardOutput.ReadLine() != "ok") return false;
        var enter = new ProcessStartInfo(Programs.Tool("nsenter")) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[.. space.Enter("/usher-mounts").Skip(1), "test", "-d", "bin"]) enter.ArgumentList.Add(argument);
        using var entered = Process.Start(enter)!;
        entered.WaitForExit();
        return entered.ExitCode == 0;
    }
}

/// <summary>A mount namespace that lives until it is disposed of and the last process in it is gone.</summary>
internal sealed class MountNamespace(Process holder, bool user, Warden? warden) : IDisposable
{
    private readonly int id = holder.Id;
    private int disposed;

    /// <summary>The words before a command that is to run in the namespace, in a folder of it.</summary>
    public IReadOnlyList<string> Enter(string folder) =>
        [Programs.Tool("nsenter"), "--target", id.ToString(System.Globalization.CultureInfo.InvariantCulture), .. user ? (string[])["--user", "--preserve-credentials"] : [], "--mount", "--", Programs.Tool("env"), "-C", folder, "--"];

    /// <summary>Lets the namespace go.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0) return;
        if (!holder.HasExited) Signals.SendToGroup(id, Signals.Kill);
        holder.WaitForExit();
        warden?.Release(id);
        holder.Dispose();
    }
}
