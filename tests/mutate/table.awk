# Reads tests/mutate/mutants.txt. With -v id=ID: prints the source given as the second file with that mutant's line
# changed; without: one line a mutant, "id<TAB>file<TAB>component<TAB>what<TAB>tests". Status 1, with a message on
# standard error, when the table or the place of the change is not as expected.
FNR == 1 { part++ }

part == 1 && /^(#|$)/ { next }
part == 1 && /^component / { component = substr($0, 11); next }
part == 1 && /^tests / { tests = substr($0, 7); next }
part == 1 && /^id / {
    current = substr($0, 4)
    if (current in owner)
        fail("mutants.txt:" FNR ": " current " a second time, expected a name of its own")
    order[++count] = current
    owner[current] = component
    tests_of[current] = tests
    next
}
part == 1 && /^(file|what|after|old|new)( |$)/ { field[current, $1] = substr($0, length($1) + 2); next }
part == 1 { fail("mutants.txt:" FNR ": " $0 ", expected component, tests, id, file, what, after, old or new") }

# The line to change: the only one with the text, or the first one behind the line named by `after`.
part == 2 {
    line[++lines] = $0
    if (field[id, "after"] != "" && !anchored) {
        anchored = index($0, field[id, "after"])
        next
    }
    if (!index($0, field[id, "old"]) || field[id, "after"] != "" && places)
        next
    places++
    place = lines
}

END {
    for (i = 1; i <= count; i++)
        check(order[i])
    if (id != "" && places != 1)
        fail(id ": \"" field[id, "old"] "\" is in " places + 0 " lines of " field[id, "file"] ", expected one")
    if (failed)
        exit 1
    if (id == "")
        list()
    else
        change()
}

function check(mutant) {
    if (field[mutant, "file"] == "" || field[mutant, "what"] == "" || field[mutant, "old"] == "")
        fail(mutant ": expected file, what and old")
    if (field[mutant, "old"] == field[mutant, "new"])
        fail(mutant ": the same text twice, expected a change")
}

function list() {
    for (i = 1; i <= count; i++)
        print order[i] "\t" field[order[i], "file"] "\t" owner[order[i]] "\t" field[order[i], "what"] \
              "\t" tests_of[order[i]]
}

function change(    at, old) {
    old = field[id, "old"]
    at = index(line[place], old)
    line[place] = substr(line[place], 1, at - 1) field[id, "new"] substr(line[place], at + length(old))
    for (i = 1; i <= lines; i++)
        print line[i]
}

function fail(message) {
    print message > "/dev/stderr"
    failed = 1
}
