using System.Collections.Immutable;

namespace Usher.Pod.Tests;

/// <summary>How paths get into a namespace, and how a volume's files change under their readers.</summary>
public sealed class MountTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("usher-mount-").FullName;

    [Theory]
    [InlineData("/etc /tmp", "/tmp", "bind 0 /tmp")]
    [InlineData("/etc", "/config", "folder /config, bind 0 /config")]
    [InlineData("/etc", "/var/run/x", "folder /var/run/x, bind 0 /var/run/x")]
    [InlineData("/etc", "/etc/app /etc/b/c", "layer /etc, folder /etc/app, bind 0 /etc/app, folder /etc/b/c, bind 1 /etc/b/c")]
    [InlineData("/etc /etc/b", "/etc/b/c /etc/app", "layer /etc, folder /etc/app, bind 0 /etc/app, folder /etc/b/c, bind 1 /etc/b/c")]
    [InlineData("/etc /etc/b /etc/b/c", "/etc/b/c/d /etc/b/c/e", "layer /etc/b/c, folder /etc/b/c/d, bind 0 /etc/b/c/d, folder /etc/b/c/e, bind 1 /etc/b/c/e")]
    [InlineData("/data", "/data/sub /data", "bind 0 /data, folder /data/sub, bind 1 /data/sub")]
    [InlineData("/etc /etc/hosts", "/etc/hosts!", "bind 0 /etc/hosts, readonly /etc/hosts")]
    [InlineData("/x", "/app/app.json! /app/lib", "file /app/app.json, bind 0 /app/app.json, folder /app/lib, bind 1 /app/lib, readonly /app/app.json")]
    public void Steps(string there, string targets, string expected)
    {
        var exists = there.Split(' ').Append("/").ToHashSet();
        var binds = targets.Split(' ').Select(t => new Bind($"/src{t.TrimEnd('!')}", t.TrimEnd('!'), t.EndsWith('!'))).ToList();
        var steps = MountSteps.Of(binds, exists.Contains, source => !source.EndsWith(".json", StringComparison.Ordinal));
        var sources = steps.TakeWhile(s => s.Word == "source").ToList();
        Assert.Equal(binds.Select(b => b.Source).Order(), sources.Select(s => s.First).Order());
        Assert.Equal(expected, string.Join(", ", steps.Skip(sources.Count).Select(s => s.Second == "-" ? $"{s.Word} {s.First}" : $"{s.Word} {s.First} {s.Second}")));
        Assert.All(steps.Where(s => s.Word == "bind"), s => Assert.Equal($"/src{s.Second}", sources[int.Parse(s.First, System.Globalization.CultureInfo.InvariantCulture)].First));
    }

    [Fact]
    public void A_volumes_files_change_all_at_once_and_only_when_they_changed()
    {
        Assert.True(AtomicFolder.Write(folder, Files(("a", "1"), ("deep/b", "2"), ("gone", "3")), DateTimeOffset.UnixEpoch));
        Assert.Equal(["a", "deep", "gone"], Visible());
        Assert.Equal("..data/a", new FileInfo($"{folder}/a").LinkTarget);
        Assert.StartsWith("..1970_01_01_00_00_00.", new FileInfo($"{folder}/..data").LinkTarget, StringComparison.Ordinal);
        using var open = File.OpenRead($"{folder}/a");

        Assert.False(AtomicFolder.Write(folder, Files(("a", "1"), ("deep/b", "2"), ("gone", "3")), DateTimeOffset.UnixEpoch));
        Assert.True(AtomicFolder.Write(folder, Files(("a", "x"), ("deep/b", "2"), ("new", "4")), DateTimeOffset.UnixEpoch));

        Assert.Equal(["a", "deep", "new"], Visible());
        Assert.Equal(("x", "2", "4"), (File.ReadAllText($"{folder}/a"), File.ReadAllText($"{folder}/deep/b"), File.ReadAllText($"{folder}/new")));
        // Whoever has the old file open reads on in it; nothing else is left of it.
        using var reader = new StreamReader(open);
        Assert.Equal("1", reader.ReadToEnd());
        Assert.Single(Directory.GetDirectories(folder, "..1970*"));

        Assert.True(AtomicFolder.Write(folder, Files(("a", "x"), ("deep/b", "2"), ("new", "4")).SetItem("a", new VolumeFile("x"u8.ToArray(), 0x100)), DateTimeOffset.UnixEpoch));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode($"{folder}/..data/a"));
        Assert.True(AtomicFolder.Write(folder, Files(), DateTimeOffset.UnixEpoch));
        Assert.Empty(Visible());
    }

    [Theory]
    [InlineData("--config=$(VOLUME_CONFIG)/a", "--config=/etc/app/a")]
    [InlineData("$(VOLUME_NOBODY) $(date) $$ $(CONFIG)", "$(VOLUME_NOBODY) $(date) $$ $(CONFIG)")]
    public void A_commands_words_may_name_volumes(string word, string expected) =>
        Assert.Equal(expected, VolumePaths.Expand(word, new Dictionary<string, string> { ["VOLUME_CONFIG"] = "/etc/app", ["CONFIG"] = "no" }));

    [Theory]
    [InlineData("# none|search corp", "")]
    [InlineData("nameserver 192.0.2.1|options rotate|nameserver\t192.0.2.2  # second|nameservers x|nameserver 192.0.2.3", "nameserver 192.0.2.1\nnameserver 192.0.2.2\n")]
    [InlineData("nameserver 127.18.16.1|nameserver 192.0.2.1", "nameserver 192.0.2.1\n")]
    public void The_machines_name_servers_come_after_the_clusters(string machine, string expected) =>
        Assert.Equal("nameserver 127.18.16.1\noptions ndots:5\n" + expected, MachineResolver.Behind("nameserver 127.18.16.1\noptions ndots:5\n", machine.Split('|')));

    [Fact]
    public void What_is_in_a_file_is_never_printed()
    {
        var volume = new FilesVolume("v", Files(("a", "secret")));
        Assert.DoesNotContain("secret", volume.ToString() + volume.Files["a"], StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private IEnumerable<string> Visible() => Directory.GetFileSystemEntries(folder).Select(f => Path.GetFileName(f)!).Where(f => !f.StartsWith("..", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private static ImmutableSortedDictionary<string, VolumeFile> Files(params (string Path, string Content)[] files) =>
        files.ToImmutableSortedDictionary(f => f.Path, f => new VolumeFile(System.Text.Encoding.UTF8.GetBytes(f.Content), 0x1A4), StringComparer.Ordinal);
}
