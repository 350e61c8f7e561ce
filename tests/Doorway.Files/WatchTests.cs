using System.Diagnostics;
using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Tests;

/// <summary>A save is noticed once, however an editor does it; what isn't a manifest isn't noticed.</summary>
public sealed class WatchTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly TemporaryFolder folder = new();
    private readonly ManifestWatch watch = new(TimeProvider.System);
    private ManifestSource? source;

    public void Dispose()
    {
        watch.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_file_that_is_written_again_is_a_change()
    {
        var file = Start(folder.Path);
        await Noticed(() => File.WriteAllText(file, Namespace("b")));
        Assert.Equal("b", Assert.Single(Changed()!.Resources).Key.Name);
    }

    [Fact]
    public async Task A_file_that_another_is_renamed_to_is_a_change()
    {
        var file = Start(folder.At("a.yaml"));
        await Noticed(() =>
        {
            File.WriteAllText(folder.At("a.yaml~"), Namespace("b"));
            File.Move(folder.At("a.yaml~"), file, overwrite: true);
        });
        Assert.Equal("b", Assert.Single(Changed()!.Resources).Key.Name);
    }

    [Fact]
    public async Task A_file_that_was_closed_is_read_at_once_and_one_that_is_still_written_once_it_is_quiet()
    {
        var file = Start(folder.Path);
        Assert.Equal(file, (await Noticed(() => File.WriteAllText(file, Namespace("a") + "# more\n"))).Whole);
        Assert.NotNull(source!.LoadWhole(file, () => watch.IsQuiet));

        using var writer = File.AppendText(file);
        var change = await Noticed(() =>
        {
            writer.Write("# and more\n");
            writer.Flush();
        });
        Assert.Equal((null, file), (change.Whole, Assert.Single(change.Touched!)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    public async Task A_file_that_comes_to_a_listed_folder_is_read_at_once_and_then_watched(string end)
    {
        folder.Write("sub/b.yaml", Namespace("b"));
        folder.Write("a.yaml", Namespace("a"));
        Start(folder.Path + end, write: false);
        foreach (var come in new[] { folder.At("sub/a.yaml"), folder.At("c.yml") })
        {
            Assert.Equal(come, (await Noticed(() => File.WriteAllText(come, Namespace("more" + Path.GetExtension(come)[1..])))).Whole);
            Assert.NotNull(source!.LoadWhole(come, () => watch.IsQuiet));
            var change = await Noticed(() => File.WriteAllText(come, Namespace("more" + Path.GetExtension(come)[1..]) + "# more\n"));
            Assert.NotNull(source!.LoadWhole(change.Whole!, () => watch.IsQuiet));
        }

        await Noticed(() => File.Delete(folder.At("c.yml")));
        Assert.Equal(["a", "moreyaml", "b"], Changed()!.Resources.Select(r => r.Key.Name));
    }

    [Fact]
    public async Task A_save_in_two_parts_is_never_read_half()
    {
        folder.Write("b.yaml", Namespace("b"));
        Start(folder.Path);
        // Two objects in a file, then the first alone: a save of both whose second part comes late.
        await Noticed(() => File.WriteAllText(folder.At("b.yaml"), Namespace("b") + "---\n" + Namespace("c")));
        Assert.Equal(3, Changed()!.Resources.Count);
        var half = await Noticed(() => File.WriteAllText(folder.At("b.yaml"), Namespace("b")));
        Assert.Null(source!.LoadWhole(half.Whole!, () => watch.IsQuiet));
        watch.Postpone(half);
        var change = await Noticed(() => File.AppendAllText(folder.At("b.yaml"), "---\n" + Namespace("c") + "# end\n"));
        Assert.Null(change.Whole);
        var errors = new ErrorList();
        Assert.Equal(3, source.LoadIfChanged(errors, change.Touched)!.Resources.Count);
        Assert.Empty(errors.All);
    }

    [Fact]
    public async Task A_link_is_a_change_where_it_leads_to()
    {
        folder.Write("elsewhere/real", Namespace("a"));
        File.CreateSymbolicLink(folder.At("a.yaml"), folder.At("elsewhere/real"));
        Start(folder.At("a.yaml"), write: false);
        await Noticed(() => File.WriteAllText(folder.At("elsewhere/real"), Namespace("b")));
        Assert.Equal("b", Assert.Single(Changed()!.Resources).Key.Name);
    }

    [Fact]
    public async Task A_file_that_comes_into_a_new_folder_is_a_change()
    {
        Start(folder.Path);
        await Noticed(() => folder.Write("new/b.yaml", Namespace("b")));
        // Whether the folder was seen before the file in it depends on the moment; then the file is a change of its own.
        var loaded = Changed();
        while (loaded?.Resources.Count != 2)
        {
            await watch.NextAsync(TestContext.Current.CancellationToken).WaitAsync(Limit, TestContext.Current.CancellationToken);
            loaded = Changed() ?? loaded;
        }
    }

    [Fact]
    public async Task A_file_that_goes_and_a_file_that_was_missing_are_changes()
    {
        var file = Start(folder.At("a.yaml"));
        await Noticed(() => File.Delete(file));
        var errors = new ErrorList();
        watch.Follow(source!.LoadIfChanged(errors)!);
        Assert.Equal("no such file or folder", Assert.Single(errors.All).Message);

        await Noticed(() => File.WriteAllText(file, Namespace("c")));
        Assert.Equal("c", Assert.Single(Changed()!.Resources).Key.Name);
    }

    [Fact]
    public async Task What_a_kustomization_lacks_is_a_change_when_it_comes()
    {
        folder.Write("kustomization.yaml", "resources: [a.yaml]\n");
        folder.Write("sub/b.yaml", Namespace("b"));
        Start(folder.Path);
        await Noticed(() => folder.Write("kustomization.yaml", "resources: [a.yaml, sub]\n"));
        Assert.Single(Changed()!.Resources);

        await Noticed(() => folder.Write("sub/kustomization.yaml", "resources: [b.yaml]\n"));
        Assert.Equal(["a", "b"], Changed()!.Resources.Select(r => r.Key.Name));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_folder_in_whose_place_another_comes_is_a_change(bool link)
    {
        folder.Write("1/sub/a.yaml", Namespace("a"));
        folder.Write("2/sub/a.yaml", Namespace("b"));
        var named = folder.At("named");
        if (link) Directory.CreateSymbolicLink(named, folder.At("1"));
        else Directory.Move(folder.At("1"), named);
        Start(named, write: false);
        await Noticed(() =>
        {
            if (link) File.Delete(named);
            else Directory.Move(named, folder.At("old"));
        });
        var errors = new ErrorList();
        watch.Follow(source!.LoadIfChanged(errors)!);
        Assert.Equal("no such file or folder", Assert.Single(errors.All).Message);

        await Noticed(() => Directory.Move(folder.At("2"), named));
        Assert.Equal("b", Assert.Single(Changed()!.Resources).Key.Name);
        await Noticed(() => folder.Write("named/sub/a.yaml", Namespace("c")));
        Assert.Equal("c", Assert.Single(Changed()!.Resources).Key.Name);
    }

    [Fact]
    public async Task A_pipe_in_a_folder_is_waited_for_by_nobody()
    {
        var file = Start(folder.Path);
        await Noticed(() => Process.Start("mkfifo", [folder.At("pipe.yaml")]).WaitForExit());
        Changed();
        await Noticed(() => File.WriteAllText(file, Namespace("b")));
        Assert.Equal("b", Assert.Single(Changed()!.Resources).Key.Name);
    }

    [Fact]
    public async Task A_pipe_that_was_named_is_read_once()
    {
        var pipe = folder.At("pipe");
        Process.Start("mkfifo", [pipe]).WaitForExit();
        source = new ManifestSource([pipe], AwsScope.Default, TextReader.Null);
        var writing = Task.Run(() => File.WriteAllText(pipe, Namespace("a")), TestContext.Current.CancellationToken);
        Assert.Single(source.Load(new ErrorList()).Resources);
        await writing;
        Assert.Null(source.LoadIfChanged(new ErrorList()));
        Assert.Single(source.Load(new ErrorList()).Resources);
    }

    [Fact]
    public async Task A_log_beside_the_manifests_is_none()
    {
        var file = Start(folder.Path);
        var next = watch.NextAsync(TestContext.Current.CancellationToken);
        folder.Write("app.log", "a line");
        folder.Write(".a.yaml.swp", "an editor's");
        // Events come in order: had one of those been told, this wait would have ended before the last save is read.
        File.WriteAllText(file, Namespace("b"));
        await next.WaitAsync(Limit, TestContext.Current.CancellationToken);
        Assert.Equal("b", Assert.Single(Changed()!.Resources).Key.Name);
    }

    [Fact]
    public async Task A_log_in_the_folder_above_is_none_until_that_folder_is_named_too()
    {
        folder.Write("sub/a.yaml", Namespace("a"));
        var log = folder.Write("app.yaml", "");
        Start(folder.At("sub"), write: false);
        var next = watch.NextAsync(TestContext.Current.CancellationToken);
        File.WriteAllText(log, Namespace("log"));
        folder.Write("sub/a.yaml", Namespace("b"));
        await next.WaitAsync(Limit, TestContext.Current.CancellationToken);
        Assert.Equal("b", Assert.Single(Changed()!.Resources).Key.Name);

        var file = Start(folder.Path);
        await Noticed(() => File.WriteAllText(file, Namespace("c")));
        Assert.Contains(Changed()!.Resources, r => r.Key.Name == "c");
    }

    [Fact]
    public void A_save_that_changes_no_byte_is_none()
    {
        var file = Start(folder.Path);
        File.WriteAllText(file, Namespace("a"));
        Assert.Null(Changed());
    }

    [Fact]
    public void Standard_input_is_read_once()
    {
        var input = new StringReader(Namespace("a"));
        source = new ManifestSource(["-"], AwsScope.Default, input);
        Assert.Single(source.Load(new ErrorList()).Resources);
        Assert.Equal("", input.ReadToEnd());
        Assert.Single(source.Load(new ErrorList()).Resources);
    }

    private string Start(string path, bool write = true)
    {
        if (write) folder.Write("a.yaml", Namespace("a"));
        source = new ManifestSource([path], AwsScope.Default, TextReader.Null);
        var errors = new ErrorList();
        Assert.Null(watch.Follow(source.Load(errors)));
        Assert.Empty(errors.All);
        return folder.At("a.yaml");
    }

    private async Task<ManifestChange> Noticed(Action save)
    {
        var next = watch.NextAsync(TestContext.Current.CancellationToken);
        save();
        return await next.WaitAsync(Limit, TestContext.Current.CancellationToken);
    }

    private LoadedManifests? Changed()
    {
        var loaded = source!.LoadIfChanged(new ErrorList());
        if (loaded is not null) watch.Follow(loaded);
        return loaded;
    }

    private static string Namespace(string name) => $"apiVersion: v1\nkind: Namespace\nmetadata: {{ name: {name} }}\n";
}
