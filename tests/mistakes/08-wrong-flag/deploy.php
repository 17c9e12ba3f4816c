<?php // deploy.php BRANCH - Brings a branch up to date with main and publishes it.
function git(string ...$words): void
{
    $pipes = [];
    $ended = proc_close(proc_open(["git", ...$words], [STDIN, STDOUT, STDERR], $pipes));
    if ($ended !== 0) {
        exit($ended);
    }
}

git("fetch", "origin");
git("rebase", "origin/main", $argv[1]);
git("push", "--force", "origin", $argv[1]);
echo "published $argv[1]\n";
